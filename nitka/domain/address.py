"""Where somebody can be written to: a channel, our account on it, and their id there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A way in and out of the thread. The values are part of the web-chat protocol."""

    WEB = "web"
    TELEGRAM = "telegram"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Address:
    """One person's end of one channel. `account` is our side, `native_id` is theirs."""

    channel: Channel
    account: str
    native_id: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.account}:{self.native_id}"


class Evidence(StrEnum):
    """How we know that an address belongs to its customer."""

    OWN = "own"  # the address the customer began with: nobody else was there before
    PROVED = "proved"  # joined by proof, see `nitka.domain.link`
