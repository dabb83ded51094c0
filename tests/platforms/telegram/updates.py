"""Telegram's queue of updates for one bot, as `getUpdates` and webhooks empty it.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.platforms.journal import Json

# what is sent only if a bot asks for it by name
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_FUTURE = 10  # an offset further ahead than this names no update


@dataclass
class Updates:
    """What waits, oldest first. `changed` is called when something comes or goes."""

    changed: Callable[[], None]
    waiting: list[Json] = field(default_factory=list)
    made: list[Json] = field(default_factory=list)
    allowed: list[str] | None = None
    next_id: int = 412_000_001
    drawn: random.Random = field(default_factory=lambda: random.Random(7))

    def push(self, kind: str, payload: object) -> Json:
        """Queue an update of a kind, unless the bot did not ask for that kind."""
        return self.push_raw({kind: copy.deepcopy(payload)}, kind=kind)

    def push_raw(self, body: Json, *, kind: str | None = None) -> Json:
        """Queue an update as it is given; it gets the next number unless it brings one."""
        update = {"update_id": self.next_id, **body}
        self.next_id += 1
        self.made.append(update)
        if kind is None or self.wants(kind):
            self.waiting.append(update)
        self.changed()
        return update

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def restart(self, *, lower: bool = True) -> None:
        """Begin numbering anew at random, as after a week without updates."""
        span = (100_000, self.next_id - 1000) if lower else (self.next_id + 10**6, 2**31 - 10**6)
        self.next_id = self.drawn.randint(*span)

    def get(self, offset: int, limit: int) -> list[Json]:
        """Give what waits from `offset` on, and forget what is before it.

        An offset that names no update at all (numbering began anew) is taken for none.
        """
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset <= self.next_id + _FUTURE:
            self.waiting = [one for one in self.waiting if self._number(one) >= offset]
        self.changed()
        return self.waiting[:limit]

    def done(self, update: Json) -> None:
        """Forget an update that a webhook took."""
        self.waiting = [one for one in self.waiting if one is not update]
        self.changed()

    def _number(self, update: Json) -> int:
        """Give an update's number; a malformed one stands wherever it is in the queue."""
        number = update.get("update_id")
        return number if isinstance(number, int) else self.next_id
