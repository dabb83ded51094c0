"""Whether a message in a group is meant for the bot, and what it says without the address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.fields import Json, items, obj
from connectors.telegram.fields import integer, text


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is. `username` is None until Telegram has told it."""

    id: int
    username: str | None = None

    @property
    def account(self) -> str:
        """Give our side of every address of this bot."""
        return str(self.id)


def is_addressed(message: Json, me: Me) -> bool:
    """Say whether a group's message names the bot, answers it, or is a command with its name.

    A plain `/command` is anybody's: in a group of several bots only `/command@bot` has a receiver.
    """
    answered = obj(message, "reply_to_message")
    if integer(obj(answered, "from"), "id") == me.id and "forum_topic_created" not in answered:
        return True
    return any(
        _names(entity, text(message, said) or "", me)
        for said, listed in (("text", "entities"), ("caption", "caption_entities"))
        for entity in items(message, listed)
    )


def _names(entity: Json, said: str, me: Me) -> bool:
    kind = entity.get("type")
    if kind == "text_mention":
        return integer(obj(entity, "user"), "id") == me.id
    if me.username is None or kind not in ("mention", "bot_command"):
        return False
    _, at, named = _part(entity, said).partition("@")
    return at == "@" and named.lower() == me.username.lower()


def _part(entity: Json, said: str) -> str:
    """Give an entity's text; Telegram counts in UTF-16 code units."""
    offset, length = integer(entity, "offset"), integer(entity, "length")
    if offset is None or length is None or offset < 0 or length < 0:
        return ""
    units = said.encode("utf-16-le")
    return units[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def without_address(said: str, me: Me) -> str:
    """Take the bot's name off a command, and off a message's beginning and end."""
    if me.username is None:
        return said
    name = rf"@{re.escape(me.username)}(?!\w)"
    said = re.sub(rf"\A(\s*/\w+){name}", r"\1", said, flags=re.IGNORECASE)
    bare = re.sub(rf"\A\s*{name}[\s,:]*|\s*(?<!\w){name}\s*\Z", "", said, flags=re.IGNORECASE)
    return bare or said
