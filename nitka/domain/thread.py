"""The thread of one customer: who owns it, and the numbers that keep it in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Owner(StrEnum):
    """Who answers. `nobody`: a team was asked for and no person has taken the thread yet."""

    BOT = "bot"
    AGENT = "agent"
    NOBODY = "nobody"


class Team(StrEnum):
    SUPPORT = "support"
    SALES = "sales"

    @classmethod
    def of(cls, name: object) -> Team:
        """Give the team of that name; an unknown one is support's, so that nobody is lost."""
        return next((team for team in cls if team == name), cls.SUPPORT)


@dataclass(frozen=True, slots=True)
class Thread:
    """The numbers of one customer's thread.

    `seq` is the last line's, `turn` counts the engine's turns, and `fence` rises whenever
    somebody begins to answer or the owner changes: who holds an older number writes nothing.
    `epoch` rises with every join and split: line numbers of another epoch mean nothing.
    `joined_into` is the customer whose thread goes on instead; this one then has no lines.
    `agent` is the key of the staff member who owns it, when an agent does.
    """

    customer_id: UUID
    owner: Owner
    team: Team | None
    seq: int
    turn: int
    fence: int
    epoch: int = 0
    joined_into: UUID | None = None
    agent: str | None = None
