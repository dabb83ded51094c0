"""What parts write: bounded on disk, readable on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nitka.up.output import Output, read_line


@pytest.mark.parametrize(
    ("line", "said", "trouble"),
    [
        ('{"event": "ready", "level": "info", "port": 5}', "ready port=5", False),
        ('{"event": "late", "level": "warning", "logger": "a"}', "late", True),
        (
            '{"event": "broke", "level": "error", "exception": "Traceback …\\nValueError: no"}',
            "broke ValueError: no",
            True,
        ),
        ("2026-01-01 LOG: all is well", "2026-01-01 LOG: all is well", False),
        ("2026-01-01 FATAL: no space", "2026-01-01 FATAL: no space", True),
        ("{not json", "{not json", False),
        ('{"other": 1}', '{"other": 1}', False),
    ],
)
def test_a_line_is_read_for_people(line: str, said: str, trouble: bool) -> None:
    """Our own events lose their dress; warnings and errors are noticed."""
    assert read_line(line) == (said, trouble)


def test_lines_are_put_together_and_cleaned(tmp_path: Path) -> None:
    """Pieces become lines; a progress bar shows its last state; colours go."""
    output = Output(tmp_path / "a.log", lambda _: None)
    output.data_received(b"one\ntw")
    output.data_received("o\n\x1b[31mred\x1b[0m\n 10%\r 90%\r100% żółw\n".encode())
    output.data_received(b"no end")
    output.eof_received()
    output.close()
    assert list(output.last) == ["one", "two", "red", "100% żółw", "no end"]


def test_the_same_trouble_is_noticed_once(tmp_path: Path) -> None:
    """A part that tries again many times a second does not flood the screen."""
    noticed: list[str] = []
    output = Output(tmp_path / "a.log", noticed.append)
    for number in range(20):
        output.data_received(f"ERROR no answer\nERROR {number % 2}\n".encode())
    output.close()
    assert noticed == ["ERROR no answer", "ERROR 0", "ERROR 1"]


def test_a_log_is_bounded(tmp_path: Path) -> None:
    """A part that writes for ever fills two files, no more; a line without end is cut."""
    output = Output(tmp_path / "a.log", lambda _: None)
    for _ in range(20):
        output.data_received(b"x" * 1024 * 1024)
        output.data_received((b"y" * 1000 + b"\n") * 1000)
    output.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 12 * 1024 * 1024
    assert {path.name for path in tmp_path.iterdir()} == {"a.log", "a.log.1"}


def test_the_log_before_stays_beside(tmp_path: Path) -> None:
    """A new start begins a new file and keeps the one before."""
    (tmp_path / "a.log").write_text("before")
    Output(tmp_path / "a.log", lambda _: None).close()
    assert (tmp_path / "a.log.1").read_text() == "before"
