"""Brings a database to the present schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError

from nitka.errors import ConfigError

_HERE = Path(__file__).parent / "migrations"


def config(url: str) -> Config:
    """Give Alembic's configuration for a database; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(_HERE))
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Run all migrations that are missing; safe to call from several processes at once.

    Raises `ConfigError` when the database cannot be reached, refuses, or was made by a newer Nitka.
    """
    try:
        command.upgrade(config(url), "head")
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ConfigError(f"NITKA_DATABASE_URL: the database refuses: {reason}") from error
    except CommandError as error:
        raise ConfigError(
            f"NITKA_DATABASE_URL: the database was made by a newer Nitka: {error}"
        ) from error
