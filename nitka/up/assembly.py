"""Which parts there are for given settings, and how each is started. Data only: starts nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from nitka.settings import ROOT, Settings
from nitka.up.home import kept_ports
from nitka.up.model import engine_python, model_path
from nitka.up.part import Part
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.probes import http_ok
from nitka.up.valkey import EmbeddedValkey

LOOPBACK = "127.0.0.1"
_NO_SECRETS = {
    f"NITKA_{name.upper()}": ""
    for name in Settings.model_fields
    if name not in ("log", "log_format", "home")
}


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """What one `nitka up` runs: the servers of its own, and where everything inner is."""

    settings: Settings
    home: Path
    ports: dict[str, int]
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey

    @property
    def engines(self) -> list[str]:
        """The names of the engines that are started here: none when engines are given."""
        if self.settings.engine_urls:
            return []
        return [f"engine-{number}" for number in range(1, self.settings.engines + 1)]

    @property
    def database_url(self) -> str:
        given = self.settings.database_url
        return given.get_secret_value() if given else self.postgres.url

    @property
    def redis_url(self) -> str:
        given = self.settings.redis_url
        return given.get_secret_value() if given else self.valkey.url

    @property
    def actions_url(self) -> str:
        """The action server's address; empty when neither it nor an engine is started here."""
        here = f"http://{LOOPBACK}:{self.ports['actions']}" if self.engines else ""
        return self.settings.actions_url or here

    def environment(self) -> dict[str, str]:
        """Give what the service's own processes are told of the others."""
        engines = [f"http://{LOOPBACK}:{self.ports[name]}" for name in self.engines]
        return {
            "NITKA_HOME": str(self.home),
            "NITKA_DATABASE_URL": self.database_url,
            "NITKA_REDIS_URL": self.redis_url,
            "NITKA_ENGINE_URLS": ",".join(self.settings.engine_urls or engines),
            "NITKA_ACTIONS_URL": self.actions_url,
            "NITKA_LOG_FORMAT": "json",
        }

    def parts(self) -> tuple[Part, ...]:
        """Give all parts, those that others need first.

        Raises `ConfigError` when engines are to be started and their environment is missing.
        """
        stores = []
        if self.settings.database_url is None:
            stores.append(self.postgres.part())
        if self.settings.redis_url is None:
            stores.append(self.valkey.part())
        names = tuple(part.name for part in stores)
        told = self.environment()
        migrate = migrate_part(told, needs=tuple(name for name in names if name == "postgres"))
        service = (
            web_part(self.settings, told, needs=(*names, "migrate")),
            worker_part(told, needs=(*names, "migrate")),
        )
        return (*stores, migrate, *self._bot(), *service)

    def _bot(self) -> Iterator[Part]:
        if not self.engines:
            return
        engine_python()
        needs: tuple[str, ...] = ()
        if not model_path().exists():
            yield train_part()
            needs = ("train",)
        if self.settings.actions_url is None:
            yield actions_part(self.ports["actions"], self.database_url, needs=("migrate",))
        for name in self.engines:
            plan = self.settings.plan
            yield engine_part(self.ports[name], self.actions_url, name=name, needs=needs, plan=plan)


def assemble(settings: Settings, *, running: bool = False) -> Assembly:
    """Choose ports and passwords, the same as last time where they were kept in the home.

    `running`: it runs now, and what was kept is how.
    """
    home = settings.home.resolve()
    engines = [f"engine-{number}" for number in range(1, settings.engines + 1)]
    names = ["postgres", "valkey", "actions", *engines]
    ports = kept_ports(home, names, running=running, public=settings.port)
    logs = home / "logs"
    return Assembly(
        settings=settings,
        home=home,
        ports=ports,
        postgres=EmbeddedPostgres(
            folder=home / "postgres", port=ports["postgres"], log=logs / "postgres-init.log"
        ),
        valkey=EmbeddedValkey(folder=home / "valkey", port=ports["valkey"]),
    )


def migrate_part(environment: dict[str, str], *, needs: tuple[str, ...] = ()) -> Part:
    """Describe the step that brings the database to the present schema."""
    return replace(_nitka("migrate", environment, needs=needs, says="migrations"), once=True)


def web_part(settings: Settings, environment: dict[str, str], *, needs: tuple[str, ...]) -> Part:
    """Describe the web process; it listens where the settings say."""
    probe = http_ok(probe_host(settings.host), settings.port, "/healthz")
    return replace(_nitka("web", environment, needs=needs), ready=probe)


def worker_part(environment: dict[str, str], *, needs: tuple[str, ...]) -> Part:
    """Describe the worker."""
    return _nitka("worker", environment, needs=needs)


def train_part() -> Part:
    """Describe the step that trains a model for the present sources."""
    says = "training a model, since bot/ or data/ are new (some minutes)"
    command = (sys.executable, "-m", "nitka", "train", "--if-needed")
    return Part(name="train", command=command, environment=_NO_SECRETS, once=True, says=says)


def orders_part(database_url: str, *, json: bool) -> Part:
    """Describe the demo shop's list of orders."""
    command = (sys.executable, "-m", "actions.demo_shop", *(["--json"] if json else []))
    return Part(name="orders", command=command, environment=_shop_only(database_url))


def actions_part(
    port: int, database_url: str, *, needs: tuple[str, ...] = (), host: str = LOOPBACK
) -> Part:
    """Describe the action server with the demo shop in the given database."""
    address = ("--host", host, "--port", str(port))
    return Part(
        name="actions",
        command=(sys.executable, "-m", "actions", *address),
        ready=http_ok(probe_host(host), port, "/health"),
        needs=needs,
        environment=_shop_only(database_url),
        says="action server",
    )


def _shop_only(database_url: str) -> dict[str, str]:
    """Give an environment with one secret, the shop's: others see a command's words, not this."""
    return {**_NO_SECRETS, "NITKA_DATABASE_URL": database_url}


def engine_part(
    port: int,
    actions_url: str,
    *,
    name: str = "engine",
    needs: tuple[str, ...] = (),
    model: Path | None = None,
    plan: Path | None = None,
    host: str = LOOPBACK,
) -> Part:
    """Describe an engine on a model (the one that fits the present sources, unless named).

    `plan` is the communication plan it works by, the project's own unless named; `actions_url`
    is the action server's base address.
    """
    served = model or model_path()
    address = ("--host", host, "--port", str(port), "--actions", f"{actions_url}/webhook")
    files = ("--model", str(served), "--plan", str((plan or ROOT / "plan.yml").resolve()))
    return Part(
        name=name,
        command=(str(engine_python()), "-m", "engine.serve", *files, *address),
        ready=http_ok(probe_host(host), port, "/webhooks/nitka/"),
        needs=needs,
        environment={**_NO_SECRETS, "PYTHONPATH": str(ROOT / "bot"), "MALLOC_ARENA_MAX": "2"},
        grace=timedelta(seconds=8),
        patience=timedelta(minutes=4),
        says=f"engine on model {served.name.removesuffix('.tar.gz')}",
    )


def probe_host(host: str) -> str:
    """Give an address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(host, host)  # noqa: S104


def _nitka(
    name: str, environment: dict[str, str], *, needs: tuple[str, ...] = (), says: str = ""
) -> Part:
    command = (sys.executable, "-m", "nitka", name)
    return Part(name=name, command=command, environment=environment, needs=needs, says=says)
