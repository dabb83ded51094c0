"""`docker-compose.yml` and the Dockerfiles say what the code says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
import yaml

from nitka.__main__ import app
from nitka.settings import ROOT, Settings, load_settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
OURS = ["actions", "engine", "migrate", "web", "worker"]
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def _filled(value: str) -> str:
    """Fill in what the person must give, and the defaults."""
    return _VARIABLE.sub(lambda m: m[3] if m[2] == "-" else "given-" * 8, value)


def _settings() -> set[str]:
    return {f"NITKA_{name.upper()}" for name in Settings.model_fields}


def _commands() -> dict[str, Any]:
    group = typer.main.get_command(app)
    commands: dict[str, Any] = group.commands  # type: ignore[attr-defined]  # a group has them
    return commands


def test_all_parts_are_there() -> None:
    """The servers, the parts of Nitka, and nothing else."""
    assert set(SERVICES) == {"postgres", "redis", *OURS}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_exists(name: str) -> None:
    """A misspelt variable would be passed over in silence."""
    given = {key for key in SERVICES[name].get("environment", {}) if key.startswith("NITKA_")}
    assert given <= _settings()
    assert given == set() if name == "engine" else {"NITKA_DATABASE_URL"} <= given


def test_the_settings_are_valid_and_reach_the_services() -> None:
    """With the secrets given they load; hosts are services on their own ports."""
    environment = SERVICES["web"]["environment"]
    values = {
        name.removeprefix("NITKA_").lower(): _filled(value) for name, value in environment.items()
    }
    settings = load_settings(**values)
    assert settings.port == 8080
    assert settings.database_url is not None
    assert "@postgres:5432/" in settings.database_url.get_secret_value()
    assert settings.redis_url is not None
    assert "@redis:6379/" in settings.redis_url.get_secret_value()
    assert settings.engine_urls == (f"http://engine:{_option('engine', '--port')}",)
    assert settings.actions_url == f"http://actions:{_option('actions', '--port')}"
    assert _option("engine", "--actions") == f"{settings.actions_url}/webhook"


@pytest.mark.parametrize("name", [name for name in OURS if name != "engine"])
def test_every_command_exists(name: str) -> None:
    """Commands and their options are the command line's."""
    program, command, *options = SERVICES[name]["command"]
    assert program == "nitka"
    known = {option for parameter in _commands()[command].params for option in parameter.opts}
    assert {word for word in options if word.startswith("--")} <= known


def test_the_engine_is_started_as_it_says() -> None:
    """The engine's command is the image's, and its options are the program's."""
    command = SERVICES["engine"]["command"]
    assert command[:3] == ["python", "-m", "engine.serve"]
    source = (ROOT / "bot" / "engine" / "serve.py").read_text(encoding="utf-8")
    for word in command:
        if word.startswith("--"):
            assert f'"{word}"' in source
    image = (ROOT / "docker" / "engine.Dockerfile").read_text(encoding="utf-8")
    assert f"--out {_option('engine', '--model')}" in image


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_probes_ask_the_port_that_is_listened_on(name: str) -> None:
    """A health check on another port would always or never fail."""
    port = "8080" if name in ("web", "worker") else _option(name, "--port")
    assert f":{port}/" in " ".join(SERVICES[name]["healthcheck"]["test"])


def test_only_the_web_is_published() -> None:
    """Everything else is on a network without a way out, unless it calls the platforms."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert _filled(SERVICES["web"]["ports"][0]) == "127.0.0.1:8080:8080"
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    outside = [name for name, service in SERVICES.items() if "outer" in service["networks"]]
    assert outside == ["web", "worker"]


def test_secrets_come_from_the_environment_only() -> None:
    """No secret has a value or a default here."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("NITKA_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        used = [match for match in _VARIABLE.finditer(text) if match[1] == name]
        assert used
        assert all(match[2] == "?" for match in used)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_few_rights(name: str) -> None:
    """A read-only root, no capability, no new privileges."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_must_stay_up_is_started_again_and_watched(name: str) -> None:
    """Steps end; everything else is restarted and has a health check."""
    service = SERVICES[name]
    step = name == "migrate"
    assert service["restart"] == ("on-failure" if step else "unless-stopped")
    assert step or service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_what_must_be_kept_is_on_a_volume() -> None:
    """Databases and uploads outlive their containers."""
    used = {volume.split(":")[0] for s in SERVICES.values() for volume in s.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) == {"postgres", "redis", "files"}
    assert "--appendonly yes" in SERVICES["redis"]["command"][2]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_images_are_locked_and_not_root(path: Any) -> None:
    """Packages come through the same locked set-up as everywhere; the program is no root."""
    text = path.read_text(encoding="utf-8")
    assert "scripts/prepare" in text
    assert "pip install" not in text
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert text.count("FROM ") >= 2


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_images_copy_what_exists(path: Any) -> None:
    """A folder that was renamed would only be noticed at the next build."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", path.read_text(encoding="utf-8"), re.MULTILINE)
    for name in " ".join(lines).split():
        assert "*" in name or "[" in name or (ROOT / name).exists(), name


def _option(name: str, option: str) -> str:
    command: list[str] = SERVICES[name]["command"]
    return command[command.index(option) + 1]
