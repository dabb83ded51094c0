"""Words typed as commands, on any channel: shortcuts, never requirements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nitka.domain.customer import Language


class Command(StrEnum):
    START = "start"
    HUMAN = "human"
    LANGUAGE = "language"
    HELP = "help"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command and, for `language`, the language that was named."""

    command: Command
    language: Language | None = None


_BARE = {"bot": Command.BOT, "/bot": Command.BOT, "бот": Command.BOT, "/start": Command.START}
_SLASHED = {"/human": Command.HUMAN, "/help": Command.HELP}
_LANGUAGE_WORDS = {"/language", "language", "язык", "język", "jezyk"}


def typed_command(text: str) -> Typed | None:
    """Read a typed command, or None: any other text is for whoever owns the thread."""
    words = text.strip().lower().split()
    if len(words) == 1:
        command = _SLASHED.get(words[0]) or _BARE.get(words[0])
        return Typed(command) if command else None
    if words[:1] == ["/start"]:  # a deep link brings a parameter
        return Typed(Command.START)
    if len(words) == 2 and words[0] in _LANGUAGE_WORDS:
        language = Language.of(words[1]) if len(words[1]) == 2 else None
        return Typed(Command.LANGUAGE, language) if language else None
    return None
