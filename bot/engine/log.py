"""The engine's logs: one structured line per event on stderr, Rasa's own from warnings up."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(form: str) -> None:
    """Sets logging up once; ``form`` is "json" or "pretty"."""
    stamps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if form == "pretty"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("nitka").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").addFilter(_about_our_data)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *stamps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _about_our_data(record: logging.LogRecord) -> bool:
    """Keeps Rasa's warnings about the sources; drops what libraries say of each other."""
    text = record.getMessage()
    return "UserWarning" in text and "rasa" in text and "Slot auto-fill" not in text
