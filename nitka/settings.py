"""All settings, read once from the environment and `.env`; nothing else reads the environment.

A wrong value stops the start with a `ConfigError` that names the variable. `.env.example` lists
every setting with its meaning; shared names are an interface and are kept stable.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from nitka.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
_SHORTEST_KEY = 32  # characters


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]
OptionalText = Annotated[str | None, BeforeValidator(_empty_is_none)]


class Settings(BaseSettings):
    """The service's settings, frozen. Every field is `NITKA_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="NITKA_", env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore"
    )

    home: Path = ROOT / "var"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: OptionalText = None
    secret_key: OptionalSecret = None
    database_url: OptionalSecret = None
    redis_url: OptionalSecret = None
    engine_urls: Annotated[tuple[str, ...], NoDecode] = ()
    engines: int = Field(default=1, ge=1, le=64)
    actions_url: OptionalText = None
    plan: Path = ROOT / "plan.yml"
    log: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Annotated[Literal["pretty", "json"] | None, BeforeValidator(_empty_is_none)] = None
    demo: bool = True
    proxies: str = "127.0.0.1"
    worker_metrics_port: Annotated[int | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, ge=1, le=65535
    )

    telegram_token: OptionalSecret = None
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook_secret: OptionalSecret = None

    slack_bot_token: OptionalSecret = None
    slack_signing_secret: OptionalSecret = None
    slack_app_token: OptionalSecret = None
    slack_api: str = "https://slack.com/api/"
    slack_client_id: OptionalText = None
    slack_client_secret: OptionalSecret = None

    site_key: OptionalSecret = None
    link_minutes: int = Field(default=10, ge=1, le=60)

    turn_timeout_seconds: float = Field(default=15, gt=0, le=120)
    engine_patience_seconds: float = Field(default=60, gt=0, le=600)
    notice_seconds: float = Field(default=5, gt=0, le=60)
    file_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, le=50 * 1024 * 1024)

    @field_validator("log", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("engine_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("engine_urls")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            _check_url(url, ("http", "https"))
        return value

    @field_validator("public_url", "actions_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            _check_url(value, ("http", "https"))
        return value.rstrip("/") if value else None

    @field_validator("telegram_api", "slack_api")
    @classmethod
    def _platform_address(cls, value: str, field: ValidationInfo) -> str:
        """Keep tokens off the open net: plain http only to this machine."""
        _check_url(value, ("http", "https"))
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("must begin with https:// (plain http is for this machine only)")
        return value.rstrip("/") + ("/" if field.field_name == "slack_api" else "")

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = value.get_secret_value().replace("postgres://", "postgresql://", 1)
        _check_url(url, ("postgresql", "postgresql+psycopg"))
        scheme, rest = url.split("://", 1)
        return SecretStr(f"postgresql+psycopg://{rest}" if scheme == "postgresql" else url)

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _check_url(value.get_secret_value(), ("redis", "rediss", "unix"))
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError("must be at least 32 characters; make one with `openssl rand -hex 32`")
        return value

    @property
    def turn_timeout(self) -> timedelta:
        return timedelta(seconds=self.turn_timeout_seconds)

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    def key(self) -> str:
        """Give the secret that signs tokens: the setting, or one made once and kept in `home`."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.home / "secret.key"
        try:
            if not path.exists():
                _make_once(path, secrets.token_hex(32))
            key = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"NITKA_SECRET_KEY is not set and {path} cannot be made or read: {error}"
            ) from error
        if len(key) < _SHORTEST_KEY:
            raise ConfigError(
                f"NITKA_SECRET_KEY is not set and {path} holds no key: remove that file"
            )
        return key


def _make_once(path: Path, content: str) -> None:
    """Make a private file, whole from the first moment; one that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as file:  # mode 0600
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)


def _check_url(url: str, schemes: tuple[str, ...]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not (parts.netloc or parts.path):
        raise ValueError(f"must be a URL: {' or '.join(s + '://…' for s in schemes)}")


def load_settings(**overrides: object) -> Settings:
    """Read and check all settings; raises `ConfigError` naming every wrong variable at once."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # values are validated just there
    except ValidationError as error:
        wrong = "; ".join(
            f"NITKA_{'_'.join(str(p) for p in e['loc'][:1]).upper()}: "
            f"{e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        )
        raise ConfigError(wrong) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f".env cannot be read as text in UTF-8: {error}") from error
