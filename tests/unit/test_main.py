"""The command `nitka`: what scripts rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nitka.settings import ROOT


def _nitka(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nitka", *words],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    "words",
    [
        *("", "up", "web", "worker", "engine", "actions", "migrate", "train", "check", "token"),
        *("demo", "plan", "understand"),
    ],
)
def test_every_command_explains_itself(words: str) -> None:
    """`--help` works without any setting."""
    done = _nitka(*words.split(), "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_wrong_settings_are_one_sentence(tmp_path: Path) -> None:
    """Each wrong variable is named at once; exit code 2, no traceback, nothing started."""
    done = _nitka("up", NITKA_HOME=str(tmp_path), NITKA_PORT="no", NITKA_LOG="loud")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "NITKA_PORT" in done.stderr
    assert "NITKA_LOG" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_right_settings_are_said() -> None:
    """`nitka check` alone looks at the settings."""
    assert _nitka("check").returncode == 0


def test_a_token_and_the_accounts(database_url: str) -> None:
    """A token is printed alone, for scripts; with nothing received, nothing is unexplained."""
    done = _nitka("token", "add", "--scope", "read", NITKA_DATABASE_URL=database_url)
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert len(done.stdout.strip()) > 30
    done = _nitka("check", "accounting", NITKA_DATABASE_URL=database_url)
    assert done.returncode == 0
    assert "0 unexplained" in done.stdout


def test_a_scope_that_does_not_exist_is_refused(database_url: str) -> None:
    """With the ones that do."""
    done = _nitka("token", "add", "--scope", "all", NITKA_DATABASE_URL=database_url)
    assert done.returncode == 2
    assert "read, write, staff" in done.stderr


def test_the_demo_orders_are_json(empty_database_url: str) -> None:
    """Numbers, buyers and states, for whoever tries the bot."""
    done = _nitka("demo", "orders", "--json", NITKA_DATABASE_URL=empty_database_url)
    assert done.returncode == 0
    assert {"number", "email", "phone"} <= set(json.loads(done.stdout)[0])


def test_a_database_that_does_not_answer_is_said() -> None:
    """No traceback; the setting is named."""
    url = "postgresql://nitka:secret@127.0.0.1:9/nitka"
    done = _nitka("migrate", NITKA_DATABASE_URL=url)
    assert done.returncode == 2
    assert "NITKA_DATABASE_URL" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_plan_is_named_by_line(tmp_path: Path) -> None:
    """By `nitka plan check`, by `nitka check`, and before anything is started."""
    plan = tmp_path / "plan.yml"
    text = (ROOT / "plan.yml").read_text(encoding="utf-8")
    plan.write_text(text.replace("to: sales", "to: nobody", 1), encoding="utf-8")
    for words in (["plan", "check"], ["check"], ["up"]):
        done = _nitka(*words, NITKA_PLAN=str(plan), NITKA_HOME=str(tmp_path / "home"))
        assert done.returncode == 2
        assert "plan.yml:" in done.stderr
        assert "expected one of support, sales, bot, human, out_of_scope" in done.stderr
    assert _nitka("plan", "check").returncode == 0


def test_understand_wants_texts_or_lines() -> None:
    """Neither and both are refused before a model is looked for."""
    assert _nitka("understand").returncode == 2
    assert _nitka("understand", "hello", "--jsonl").returncode == 2
