"""Every error that Nitka raises on purpose, and nothing else.

NitkaError
├── ConfigError            a setting or a file is wrong: names it and says what it must be
├── Refused                a business rule says no: HTTP status, stable code, a sentence
├── SendError              a platform did not take a message: a closed list of reasons
├── EngineError            the dialogue engine did not give a turn
│   ├── EngineUnavailable    nobody answers (dead, restarting, too slow): worth another try
│   └── EngineFailed         it answered that the turn cannot be done: another try is no use
├── Unavailable            PostgreSQL or Redis cannot be reached: nothing was stored, try again
├── Renumbered             a thread was joined or split: its line numbers are new, begin anew
└── Fenced                 somebody else owns the thread by now: this turn's outcome must not go out
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class NitkaError(Exception):
    """The root: everything below is foreseen and has a sentence to show."""


class ConfigError(NitkaError):
    """A setting is wrong; the message names the variable or file and says what it must be."""


class Refused(NitkaError):
    """A business rule says no. Carries the HTTP `status`, a stable `code` and a sentence.

    `facts` are what a program may want to know of it, JSON values only.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        status: int = 400,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status
        self.facts = dict(facts or {})


class SendFault(StrEnum):
    """Why a platform did not take a message; `deliver` decides by this and nothing else."""

    NETWORK = "network"  # no answer: may or may not have arrived
    RATE_LIMITED = "rate_limited"
    PLATFORM_DOWN = "platform_down"
    UNREACHABLE = "unreachable"  # the person blocked us or is gone
    REJECTED = "rejected"  # the platform will never take this message
    CREDENTIALS = "credentials"
    NO_CONNECTOR = "no_connector"


class SendError(NitkaError):
    """A message did not go out. `retryable`, `retry_after`: as the connector classifies it."""

    def __init__(
        self,
        fault: SendFault,
        detail: str,
        *,
        retryable: bool,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail
        self.retryable = retryable
        self.retry_after = retry_after


class EngineError(NitkaError):
    """The dialogue engine did not give a turn."""


class EngineUnavailable(EngineError):
    """Nobody answers, or not in time: the same turn may be tried again."""


class EngineFailed(EngineError):
    """The engine answered that this turn cannot be done: trying it again gives the same."""


class Unavailable(NitkaError):
    """A server that we need cannot be reached; nothing of this attempt was stored."""


class Renumbered(NitkaError):
    """A thread was joined or split since: line numbers known before mean nothing now."""


class Fenced(NitkaError):
    """The thread moved on under a newer fencing number; nothing of this turn was written."""
