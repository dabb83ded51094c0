"""The person on the other side, whatever channel he writes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.address import Address, Evidence


class Language(StrEnum):
    """The languages that the bot and the service's own lines are written in."""

    EN = "en"
    RU = "ru"
    PL = "pl"

    @classmethod
    def of(cls, tag: str | None) -> Language | None:
        """Give the language of a BCP 47 tag ("pl-PL", "ru_RU"), or None if it is not ours."""
        prefix = (tag or "").replace("_", "-").split("-")[0].lower()
        return next((language for language in cls if language == prefix), None)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a channel tells of a person by itself; nothing in it is proof of identity.

    `time_zone` is a name of the IANA database ("Europe/Warsaw").
    """

    name: str | None = None
    locale: str | None = None
    email: str | None = None
    phone: str | None = None
    page: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address together with the ground on which it belongs to its customer.

    `home_id` is the customer that it began with, whomever it was joined with since. `seen_at` is
    when he wrote from there last.
    """

    id: UUID
    address: Address
    evidence: Evidence
    reachable: bool
    home_id: UUID
    seen_at: datetime | None = field(default=None, compare=False)


def number_of(customer_id: UUID) -> str:
    """Give the short number by which people name a customer: the id's first eight signs."""
    return str(customer_id)[:8]


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer. `language_fixed` says that he chose the language himself."""

    id: UUID
    name: str | None
    language: Language | None
    language_fixed: bool
    created_at: datetime
    time_zone: str | None = None
    email: str | None = None
    phone: str | None = None
