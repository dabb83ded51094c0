"""Logs: one form for everything, and no secret in any of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from nitka.log import HIDDEN, set_up_logs

TELEGRAM = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """The logging that was there before comes back after the test."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def lines(logging_restored: None) -> io.StringIO:
    """What is written, as JSON lines."""
    stream = io.StringIO()
    set_up_logs("info", "json", secrets=["my very own value"], stream=stream)
    return stream


def _last(stream: io.StringIO) -> dict[str, object]:
    found: dict[str, object] = json.loads(stream.getvalue().splitlines()[-1])
    return found


def test_an_event_is_one_line_of_json_with_bound_facts(lines: io.StringIO) -> None:
    """Facts bound around a piece of work stand in each of its lines, and in no later one."""
    log = structlog.get_logger("nitka.test")
    with structlog.contextvars.bound_contextvars(customer="c-1", channel="web"):
        log.info("answered", turn=3)
    event = _last(lines)
    log.info("later")
    assert event.pop("at")
    assert event == {
        "event": "answered",
        "turn": 3,
        "level": "info",
        "logger": "nitka.test",
        "customer": "c-1",
        "channel": "web",
    }
    assert "customer" not in _last(lines)


def test_the_standard_library_comes_out_the_same_way(lines: io.StringIO) -> None:
    """uvicorn's and SQLAlchemy's lines are events too, with their arguments filled in."""
    logging.getLogger("uvicorn.error").warning("took %d ms at %s", 7, "postgresql://u:pw123@h/d")
    event = _last(lines)
    assert event["event"] == f"took 7 ms at postgresql://u:{HIDDEN}@h/d"
    assert event["logger"] == "uvicorn.error"
    assert event["level"] == "warning"


@pytest.mark.parametrize(
    ("facts", "secret"),
    [
        ({"url": f"https://api.telegram.org/bot{TELEGRAM}/getMe"}, TELEGRAM),
        ({"text": f"the token is {TELEGRAM}."}, TELEGRAM),
        ({"answer": {"headers": [{"Authorization": "abc-123-secret"}]}}, "abc-123-secret"),
        ({"line": "authorization: Bearer abcdef.123456"}, "abcdef.123456"),
        ({"error": ValueError("xoxb-123456789012-abcdefghijkl")}, "xoxb-1234"),
        ({"key": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"}, "eyJhbGciOiJIUzI1NiJ9"),
        ({"setting": SecretStr("hunter2")}, "hunter2"),
        ({"bot_token": "hunter2"}, "hunter2"),
        ({"path": "/desk?token=hunter2&x=1"}, "hunter2"),
        ({"deep": [{"note": "see my very own value"}]}, "my very own value"),
    ],
)
def test_secrets_are_hidden(lines: io.StringIO, facts: dict[str, object], secret: str) -> None:
    """By value, by name and by shape, however deep they stand."""
    structlog.get_logger().error("failed", **facts)
    assert secret not in lines.getvalue()
    assert HIDDEN in lines.getvalue()


def test_a_traceback_keeps_its_frames_and_loses_its_secrets(lines: io.StringIO) -> None:
    """An exception's text is cleaned like any other."""
    try:
        int(f"https://api.telegram.org/bot{TELEGRAM}/sendMessage")
    except ValueError:
        structlog.get_logger().exception("not sent")
    event = _last(lines)
    assert "test_a_traceback_keeps" in str(event["exception"])
    assert TELEGRAM not in str(event)


def test_the_level_is_kept(lines: io.StringIO) -> None:
    """What is below the level is not written; chatty libraries speak from warning on."""
    structlog.get_logger().debug("detail")
    logging.getLogger("httpx").info("HTTP Request: …")
    assert lines.getvalue() == ""


def test_on_a_terminal_a_line_is_for_people(logging_restored: None) -> None:
    """Pretty lines are no JSON."""
    stream = io.StringIO()
    set_up_logs("info", "pretty", stream=stream)
    structlog.get_logger("nitka.test").info("ready", port=8080)
    assert "ready" in stream.getvalue()
    assert "port=8080" in stream.getvalue()
