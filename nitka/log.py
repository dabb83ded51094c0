"""Logs as events: structured, with bound facts, and without secrets.

`set_up_logs` is called once at start by each process; everything that the standard library's
`logging` is given (uvicorn, SQLAlchemy …) comes out the same way. Owns no choice of what is logged.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable
from typing import Literal, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_SECRET_NAMES = re.compile(
    r"(?:^|[_-])(?:token|secret|password|passwd|authorization|cookie|signature|identity|api_?key)$",
    re.IGNORECASE,
)
_SECRET_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(bot)?\d{6,12}:[A-Za-z0-9_-]{30,}"), rf"\1{HIDDEN}"),  # Telegram
    (re.compile(r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}"), HIDDEN),  # Slack
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*"), HIDDEN),  # JSON Web Token
    (re.compile(r"(\w://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),  # a URL's password
    (re.compile(r"([?&](?:token|secret|key|signature|code)=)[^\s&\"']+", re.I), rf"\1{HIDDEN}"),
)
_QUIET = ("uvicorn.access", "httpx", "httpcore", "aiogram.event", "asyncio", "websockets")


def set_up_logs(
    level: str,
    style: Literal["pretty", "json"] | None,
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send all logs from `level` up to `stream` (stderr): one line of JSON each, or for people.

    `style` None chooses by whether the stream is a terminal. `secrets` are values that must never
    appear, wherever they stand; shapes and names of secrets are hidden besides.
    """
    out = stream or sys.stderr
    pretty = style == "pretty" or (style is None and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hiding(secrets),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(pretty=pretty, colors=out.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hiding(secrets: Iterable[str] = ()) -> Processor:
    """Make the processor that hides secrets: by value, by name and by shape, at any depth."""
    known = sorted({value for value in secrets if len(value) >= 6}, key=len, reverse=True)
    values = re.compile("|".join(map(re.escape, known))) if known else None

    def clean_text(text: str) -> str:
        if values is not None:
            text = values.sub(HIDDEN, text)
        for shape, instead in _SECRET_SHAPES:
            text = shape.sub(instead, text)
        return text

    def processor(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {
            name: value if name.startswith("_") else _clean(name, value, clean_text)
            for name, value in event.items()
        }

    return processor


def _clean(name: str, value: object, clean_text: Callable[[str], str]) -> object:
    if isinstance(value, SecretStr) or (_SECRET_NAMES.search(name) and value not in (None, "")):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, dict):
        return {str(key): _clean(str(key), inner, clean_text) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner, clean_text) for inner in value]
    return clean_text(str(value))


def _renderer(*, pretty: bool, colors: bool) -> Processor:
    if pretty:
        return structlog.dev.ConsoleRenderer(
            colors=colors,
            timestamp_key="at",
            exception_formatter=structlog.dev.plain_traceback,
        )
    return structlog.processors.JSONRenderer(ensure_ascii=False)
