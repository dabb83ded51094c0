"""Settings: each wrong one is named, none that is secret is shown, and the key is made once."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from nitka.errors import ConfigError
from nitka.settings import Settings, load_settings

_KEY = "k" * 32


def _load(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_without_any_setting_there_are_defaults() -> None:
    """A fresh clone starts: here, with the demo, without any messenger."""
    settings = load_settings()
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8080, True)
    assert (settings.database_url, settings.redis_url, settings.engine_urls) == (None, None, ())
    assert settings.uploads == settings.home / "uploads"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NITKA_PORT", "0"),
        ("NITKA_PORT", "65536"),
        ("NITKA_PORT", "http"),
        ("NITKA_PORT", ""),
        ("NITKA_PUBLIC_URL", "example.com"),
        ("NITKA_PUBLIC_URL", "ftp://example.com"),
        ("NITKA_PUBLIC_URL", "http://["),
        ("NITKA_SECRET_KEY", "short"),
        ("NITKA_SECRET_KEY", "k" * 31),
        ("NITKA_DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("NITKA_DATABASE_URL", "postgresql+asyncpg://u:hunter2@h/d"),
        ("NITKA_DATABASE_URL", "hunter2"),
        ("NITKA_REDIS_URL", "http://:hunter2@h"),
        ("NITKA_REDIS_URL", "hunter2"),
        ("NITKA_ENGINE_URLS", "localhost:5005"),
        ("NITKA_ENGINE_URLS", "http://a:5005, b:5005"),
        ("NITKA_ENGINES", "0"),
        ("NITKA_ENGINES", "65"),
        ("NITKA_ACTIONS_URL", "actions"),
        ("NITKA_LOG", "loud"),
        ("NITKA_LOG_FORMAT", "xml"),
        ("NITKA_DEMO", "perhaps"),
        ("NITKA_LINK_MINUTES", "0"),
        ("NITKA_LINK_MINUTES", "61"),
        ("NITKA_TURN_TIMEOUT_SECONDS", "0"),
        ("NITKA_TURN_TIMEOUT_SECONDS", "nan"),
        ("NITKA_ENGINE_PATIENCE_SECONDS", "-1"),
        ("NITKA_NOTICE_SECONDS", "soon"),
        ("NITKA_FILE_BYTES", "1"),
    ],
)
def test_a_wrong_value_names_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says what it must be, without showing what it was where that is secret."""
    with pytest.raises(ConfigError, match=f"^{name}: ") as raised:
        _load({name: value}, monkeypatch)
    assert "hunter2" not in str(raised.value)
    assert len(str(raised.value)) > len(name) + 8


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody mends one only to meet the next."""
    wrong = {"NITKA_PORT": "x", "NITKA_LOG": "x", "NITKA_REDIS_URL": "x"}
    with pytest.raises(ConfigError) as raised:
        _load(wrong, monkeypatch)
    assert all(f"{name}: " in str(raised.value) for name in wrong)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "read"),
    [
        ("NITKA_LOG", "WARNING", "log", "warning"),
        ("NITKA_LOG_FORMAT", "", "log_format", None),
        ("NITKA_PUBLIC_URL", "https://example.com/", "public_url", "https://example.com"),
        ("NITKA_PUBLIC_URL", "", "public_url", None),
        ("NITKA_ACTIONS_URL", "http://127.0.0.1:5055/", "actions_url", "http://127.0.0.1:5055"),
        ("NITKA_ENGINE_URLS", "", "engine_urls", ()),
        ("NITKA_ENGINE_URLS", "http://a:1/, http://b:2 ,", "engine_urls", ("http://a:1", "http://b:2")),
        ("NITKA_DEMO", "0", "demo", False),
        ("NITKA_HOME", "/srv/nitka", "home", Path("/srv/nitka")),
        ("NITKA_SECRET_KEY", "", "secret_key", None),
        ("NITKA_DATABASE_URL", "", "database_url", None),
        ("NITKA_DATABASE_URL", "postgres://u:p@h/d", "database_url",
         SecretStr("postgresql+psycopg://u:p@h/d")),
        ("NITKA_DATABASE_URL", "postgresql://u:p@h/d?sslmode=require", "database_url",
         SecretStr("postgresql+psycopg://u:p@h/d?sslmode=require")),
        ("NITKA_DATABASE_URL", "postgresql+psycopg://u:p@h/d", "database_url",
         SecretStr("postgresql+psycopg://u:p@h/d")),
        ("NITKA_REDIS_URL", "rediss://:p@h:6380/1", "redis_url", SecretStr("rediss://:p@h:6380/1")),
        ("NITKA_REDIS_URL", "unix:///run/valkey.sock", "redis_url",
         SecretStr("unix:///run/valkey.sock")),
    ],
)  # fmt: skip
def test_a_value_is_read(
    name: str, value: str, attribute: str, read: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every spelling that people use."""
    assert getattr(_load({name: value}, monkeypatch), attribute) == read


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """In no text of the settings, whatever prints them."""
    secret = "a-secret-of-more-than-thirty-two-characters"
    kinds = {
        name: field
        for name, field in Settings.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert {"secret_key", "database_url", "redis_url", "site_key", "telegram_token"} <= set(kinds)
    values = {"database_url": f"postgresql://u:{secret}@h/d", "redis_url": f"redis://:{secret}@h"}
    environment = {f"NITKA_{name.upper()}": values.get(name, secret) for name in kinds}
    settings = _load(environment, monkeypatch)
    for shown in (repr(settings), str(settings), settings.model_dump_json(), f"{settings!r}"):
        assert secret not in shown


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read once, the same for everyone."""
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # just that is refused


# ── .env ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    return tmp_path / ".env"


def test_the_env_file_is_read(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With comments, quotes and what others keep there; the environment wins."""
    env_file.write_text(
        "# Нитка\nNITKA_PORT=9000\nNITKA_HOST='0.0.0.0'\nOTHER=1\nNITKA_UNKNOWN=1\n", "utf-8"
    )
    settings = load_settings()
    assert (settings.port, settings.host) == (9000, "0.0.0.0")
    assert _load({"NITKA_PORT": "9001"}, monkeypatch).port == 9001


def test_a_wrong_value_in_the_env_file_is_named(env_file: Path) -> None:
    """As one in the environment."""
    env_file.write_text("NITKA_PORT=x\n")
    with pytest.raises(ConfigError, match="NITKA_PORT"):
        load_settings()


def test_an_env_file_that_is_no_text_is_named(env_file: Path) -> None:
    """Some editors write UTF-16."""
    env_file.write_text("NITKA_PORT=9000\n", "utf-16")
    with pytest.raises(ConfigError, match=r"\.env"):
        load_settings()


# ── the key that signs tokens ──────────────────────────────────────────────────────────────


def test_a_key_that_was_set_is_used(tmp_path: Path) -> None:
    """And nothing is written."""
    assert Settings(home=tmp_path / "home", secret_key=SecretStr(_KEY)).key() == _KEY
    assert not (tmp_path / "home").exists()


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    """Long, for its owner only, without leftovers, the same ever after."""
    settings = Settings(home=tmp_path / "home")
    key = settings.key()
    assert len(key) == 64
    assert Settings(home=tmp_path / "home").key() == key
    assert Settings(home=tmp_path / "other").key() != key
    (path,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    """Whoever comes second takes the first one's."""
    code = (
        "import sys; from pathlib import Path; from nitka.settings import Settings\n"
        "settings = Settings(home=Path(sys.argv[1])); print('ready', flush=True)\n"
        "sys.stdin.readline(); print(settings.key())"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "home")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    keys = {racer.communicate(timeout=30)[0].strip() for racer in racers}
    assert len(keys) == 1
    assert len(keys.pop()) == 64


def test_nobody_ever_sees_an_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file appears with its content: until then it is not there."""
    seen: list[bool] = []
    fsync = os.fsync

    def look(number: int) -> None:
        seen.append((tmp_path / "secret.key").exists())
        fsync(number)

    monkeypatch.setattr(os, "fsync", look)
    Settings(home=tmp_path).key()
    assert seen == [False]


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_file_without_a_key_is_named(tmp_path: Path, content: str) -> None:
    """Tokens are never signed with next to nothing."""
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(ConfigError, match=r"NITKA_SECRET_KEY.*secret\.key"):
        Settings(home=tmp_path).key()


def test_a_key_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    """The home may be a file, or not ours."""
    (tmp_path / "home").write_text("x")
    with pytest.raises(ConfigError, match="NITKA_SECRET_KEY"):
        Settings(home=tmp_path / "home").key()
