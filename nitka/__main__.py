"""The command `nitka`: arguments only. What a command does stands elsewhere and is loaded late.

A foreseen error is one sentence on stderr: exit code 2 for a wrong setting, 1 for the rest.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from nitka.errors import ConfigError, NitkaError

if TYPE_CHECKING:
    from nitka.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="One customer, one thread. Settings come from the environment and .env (.env.example).",
)
check_app = typer.Typer(invoke_without_command=True, help="Check the settings, or more by name.")
plan_app = typer.Typer(no_args_is_help=True, help="The communication plan (NITKA_PLAN).")
token_app = typer.Typer(no_args_is_help=True, help="Access tokens of the server-to-server API.")
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of staff.")
demo_app = typer.Typer(no_args_is_help=True, help="The demo shop.")
app.add_typer(check_app, name="check")
app.add_typer(plan_app, name="plan")
app.add_typer(token_app, name="token")
app.add_typer(staff_app, name="staff")
app.add_typer(demo_app, name="demo")

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def main() -> int:
    """Run the command; its exit code."""
    try:
        app(prog_name="nitka")
    except NitkaError as error:
        sys.stderr.write(f"nitka: {error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130
    return 0


@app.command()
def up() -> None:
    """Run everything on this machine; Ctrl-C stops it."""
    from nitka.up.command import run_up

    raise typer.Exit(run_up(_settings()))


@app.command()
def web() -> None:
    """Run the web process: connectors' routes, web chat, APIs."""
    from nitka.bootstrap import run_web

    asyncio.run(run_web(_started()))


@app.command()
def worker() -> None:
    """Run a worker, which answers and delivers."""
    from nitka.bootstrap import run_worker

    asyncio.run(run_worker(_started()))


@app.command()
def engine(
    port: Port = 5005,
    host: Host = "127.0.0.1",
    actions: Annotated[str, typer.Option(help="The action server.")] = "http://127.0.0.1:5055",
) -> None:
    """Run one dialogue engine on the model that fits the present bot."""
    from nitka.up.assembly import engine_part
    from nitka.up.process import run_in_front

    plan = _settings().plan
    part = engine_part(port, actions.rstrip("/"), host=host, plan=plan)
    raise typer.Exit(run_in_front(part))


@app.command()
def actions(port: Port = 5055, host: Host = "127.0.0.1") -> None:
    """Run the action server with the demo shop."""
    from nitka.up.assembly import actions_part
    from nitka.up.process import run_in_front
    from nitka.up.reach import database_url

    with database_url(_settings()) as url:
        raise typer.Exit(run_in_front(actions_part(port, url, host=host)))


@app.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    from nitka.store.migrate import upgrade
    from nitka.up.reach import database_url

    with database_url(_settings()) as url:
        upgrade(url)


@app.command()
def train(
    *,
    if_needed: Annotated[bool, typer.Option(help="Only if no model fits bot/ and data/.")] = False,
) -> None:
    """Train a model for the present bot/ and data/."""
    from nitka.up.model import train as run_training

    print(run_training(anew=not if_needed))


@app.command()
def understand(
    texts: Annotated[list[str] | None, typer.Argument(help="Messages.")] = None,
    *,
    jsonl: Annotated[bool, typer.Option(help='Read lines {"text": …} from stdin.')] = False,
) -> None:
    """Print what the bot takes messages for, one JSON line each; exit code 1 if one is bent."""
    from nitka.up.understand import understand as run_understanding

    if jsonl == bool(texts):
        raise typer.BadParameter("give texts, or --jsonl with lines on stdin")
    raise typer.Exit(run_understanding(texts or [], jsonl=jsonl, plan=_settings().plan))


@check_app.callback()
def check(context: typer.Context) -> None:
    """Check the settings and the plan; everything wrong is named."""
    if context.invoked_subcommand is None:
        from nitka.plan import load_plan

        load_plan(_settings().plan)
        print("The settings are right.")


@plan_app.command("check")
def plan_check() -> None:
    """Check the communication plan; every fault is named by file and line."""
    from nitka.plan import load_plan

    settings = _settings()
    plan = load_plan(settings.plan)
    print(f"The plan is right: {len(plan.routes)} rules lead {len(plan.wishes())} wishes.")


@check_app.command()
def accounting() -> None:
    """Count how every message that came in ended; exit code 1 if one is unexplained."""
    from nitka.bootstrap import accounting as count

    tally = _with_database(count)
    print(f"{tally.received:8} received")
    for outcome, number in sorted(tally.outcomes.items()):
        print(f"{number:8} {outcome}")
    print(f"{tally.waiting:8} waiting for their turn\n{tally.unexplained:8} unexplained")
    raise typer.Exit(1 if tally.unexplained else 0)


@token_app.command("add")
def token_add(
    scope: Annotated[list[str], typer.Option(help="read, write or staff; may be repeated.")],
    name: Annotated[str, typer.Option(help="What it is for; made up if not given.")] = "",
) -> None:
    """Make an access token and print it; it is shown this once only."""
    from datetime import UTC, datetime

    from nitka.bootstrap import add_token

    called = name or f"{'-'.join(scope)} {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    scopes = frozenset(scope)
    print(_with_database(lambda settings: add_token(settings, name=called, scopes=scopes)))


@staff_app.command("add")
def staff_add(
    email: Annotated[str, typer.Option(help="The address he signs in with.")],
    name: Annotated[str, typer.Option(help="What customers and colleagues read.")] = "",
    role: Annotated[str, typer.Option(help="agent, supervisor, designer or admin.")] = "admin",
) -> None:
    """Make an account and print a link, good once, by which its owner sets his password."""
    from nitka.bootstrap import add_staff

    called = name or email.partition("@")[0]
    link = _with_database(lambda settings: add_staff(settings, email=email, name=called, role=role))
    print(link)


@demo_app.command("desk")
def demo_desk() -> None:
    """Print a link, good once, that signs the demo's admin in at the desk."""
    from nitka.bootstrap import demo_desk as make_link

    print(_with_database(make_link))


@demo_app.command("orders")
def demo_orders(
    *, json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False
) -> None:
    """Print the demo shop's orders with their buyers."""
    from nitka.up.assembly import orders_part
    from nitka.up.process import run_in_front
    from nitka.up.reach import database_url

    with database_url(_settings()) as url:
        raise typer.Exit(run_in_front(orders_part(url, json=json)))


def _settings() -> Settings:
    from nitka.settings import load_settings

    return load_settings()


def _started() -> Settings:
    """Give the settings of a process that runs on and logs."""
    from pydantic import SecretStr

    from nitka.log import set_up_logs

    settings = _settings()
    values = [value for _, value in settings if isinstance(value, SecretStr)]
    secrets = [value.get_secret_value() for value in values]
    set_up_logs(settings.log, settings.log_format, secrets=secrets)
    return settings


def _with_database(job: Callable[[Settings], Awaitable[T]]) -> T:
    """Run a job with a database: the one set, or the embedded one, started if nothing runs."""
    from pydantic import SecretStr

    from nitka.up.reach import database_url

    settings = _settings()
    with database_url(settings) as url:
        known = settings.model_copy(update={"database_url": SecretStr(url)})

        async def run() -> T:
            return await job(known)

        return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
