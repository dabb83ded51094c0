"""Which parts there are, by the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from nitka.errors import ConfigError
from nitka.settings import load_settings
from nitka.up import assembly
from nitka.up.assembly import assemble
from nitka.up.part import Part

DATABASE = "postgresql://me:secret@db.example.com/nitka"
REDIS = "redis://:secret@redis.example.com/0"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the fitting model, and an engine's environment that is there."""
    path = tmp_path / "abcdef012345.tar.gz"
    monkeypatch.setattr(assembly, "model_path", lambda: path)
    monkeypatch.setattr(assembly, "engine_python", lambda: Path("/engine/python"))
    return path


def _parts(home: Path, **settings: object) -> dict[str, Part]:
    assembled = assemble(load_settings(home=home, **settings))
    return {part.name: part for part in assembled.parts()}


def test_with_nothing_set_everything_is_started_here(tmp_path: Path, model: Path) -> None:
    """Servers of its own, a model, an engine on it, the service."""
    parts = _parts(tmp_path)
    assert list(parts) == [
        "postgres",
        "valkey",
        "migrate",
        "train",
        "actions",
        "engine-1",
        "web",
        "worker",
    ]
    assert parts["engine-1"].needs == ("train",)
    assert parts["web"].needs == ("postgres", "valkey", "migrate")
    told = parts["worker"].environment
    assert told["NITKA_DATABASE_URL"].startswith("postgresql+psycopg://nitka:")
    assert told["NITKA_REDIS_URL"].startswith("redis://:")
    assert told["NITKA_HOME"] == str(tmp_path)
    assert f"{told['NITKA_ACTIONS_URL']}/webhook" in parts["engine-1"].command


def test_a_model_that_fits_is_not_trained_again(tmp_path: Path, model: Path) -> None:
    """A second start trains nothing, and the engines wait for nobody."""
    model.touch()
    parts = _parts(tmp_path, engines=2)
    assert "train" not in parts
    assert parts["engine-2"].needs == ()
    assert str(model) in parts["engine-2"].command
    assert parts["web"].environment["NITKA_ENGINE_URLS"].count("http://127.0.0.1:") == 2


def test_given_servers_are_used_and_not_started(tmp_path: Path, model: Path) -> None:
    """With the addresses set, none of our own runs."""
    parts = _parts(tmp_path, database_url=DATABASE, redis_url=REDIS)
    assert not {"postgres", "valkey"} & set(parts)
    assert parts["migrate"].needs == ()
    assert parts["web"].environment["NITKA_REDIS_URL"] == REDIS
    assert "@db.example.com/nitka" in parts["web"].environment["NITKA_DATABASE_URL"]


def test_given_engines_bring_their_own_model_and_actions(tmp_path: Path) -> None:
    """No engine here: no training and no action server either."""
    parts = _parts(tmp_path, engine_urls="http://a:5005,http://b:5005")
    assert list(parts) == ["postgres", "valkey", "migrate", "web", "worker"]
    assert parts["web"].environment["NITKA_ENGINE_URLS"] == "http://a:5005,http://b:5005"
    assert parts["web"].environment["NITKA_ACTIONS_URL"] == ""


def test_a_given_action_server_is_used(tmp_path: Path, model: Path) -> None:
    """A firm's own action server serves engines that run here."""
    parts = _parts(tmp_path, actions_url="http://actions:5055/")
    assert "actions" not in parts
    assert "http://actions:5055/webhook" in parts["engine-1"].command


def test_secrets_reach_only_who_needs_them(tmp_path: Path, model: Path) -> None:
    """The engine and the action server are told nothing of the service's settings."""
    parts = _parts(tmp_path, secret_key="k" * 40)
    for name in ("engine-1", "actions", "train"):
        told = parts[name].environment
        assert told["NITKA_SECRET_KEY"] == told["NITKA_REDIS_URL"] == ""


def test_addresses_stay_the_same(tmp_path: Path, model: Path) -> None:
    """The next start finds the same ports and passwords, and a command those of the running one."""
    settings = load_settings(home=tmp_path)
    first = assemble(settings)
    assert assemble(settings).environment() == first.environment()
    assert assemble(settings, running=True).database_url == first.database_url


def test_a_missing_engine_environment_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is started."""

    def missing() -> Path:
        raise ConfigError("the engine's environment is missing: run `make setup`")

    monkeypatch.setattr(assembly, "engine_python", missing)
    with pytest.raises(ConfigError, match="make setup"):
        _parts(tmp_path)
