"""Words typed as commands, on any channel: shortcuts, never requirements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nitka.domain.address import Channel
from nitka.domain.code import spelt
from nitka.domain.customer import Language


class Command(StrEnum):
    START = "start"
    HUMAN = "human"
    LANGUAGE = "language"
    HELP = "help"
    BOT = "bot"
    LINK = "link"
    UNLINK = "unlink"
    ANSWER_AT = "answer_at"
    CONTACT = "contact"
    PRIVACY = "privacy"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command and what was named with it.

    `argument` is the code of `link`, the step of `privacy`, the phone number that may be his own
    contact's, or the hand-off and the answer of `rate`. `bare`: nothing but what looks like
    a code was written, which may be something else. `channel` is where to answer; None is here.
    """

    command: Command
    language: Language | None = None
    argument: str | None = None
    channel: Channel | None = None
    bare: bool = False


_SINGLE = {
    "bot": Command.BOT,
    "/bot": Command.BOT,
    "бот": Command.BOT,
    "/start": Command.START,
    "/human": Command.HUMAN,
    "/help": Command.HELP,
    **dict.fromkeys(("/link", "link", "привязать", "połącz", "polacz"), Command.LINK),
    **dict.fromkeys(("/unlink", "unlink", "отвязать", "odłącz", "odlacz"), Command.UNLINK),
    **dict.fromkeys(
        ("/privacy", "privacy", "приватность", "prywatność", "prywatnosc"), Command.PRIVACY
    ),
}
_LANGUAGE_WORDS = {"/language", "language", "язык", "język", "jezyk"}
_LINK_WORDS = {
    *("/link", "link", "code", "/start", "код", "привязать", "связать"),
    *("kod", "połącz", "polacz"),
}
_PHONE = re.compile(r"\+\d{7,15}")
_LONGEST = 8  # words of a command
PRIVACY_STEPS = ("export", "export yes", "erase", "erase yes", "keep")

_WHERE = {
    Channel.TELEGRAM: r"telegram\w*|телегр\w*|тг|тел[её]г\w*",
    Channel.SLACK: r"slack\w*|сл[аэ]к\w*",
    Channel.WEB: r"(the )?(web|site|website)|сайт\w*|stronie|www",
}
_HERE = r"here|тут|здесь|сюда|tu|tutaj"
_ANSWER = (
    r"(please |could you |can you )?(answer|reply|write|write back)( to)?( me)?( (in|on|via|by))?",
    r"(пожалуйста,? )?(ответьте|отвечайте|ответь|отвечай|пишите|напишите)( мне)?( (в|на|через))?",
    r"(proszę )?(odpowiedz|odpisz|odpowiadaj|pisz|odpisać|odpowiadać|odpowiedzieć|pisać)(cie)?"
    r"( mi)?( (na|w|przez))?",
    r"/answer",
)


def typed_command(text: str) -> Typed | None:
    """Read a typed command, or None: any other text is for whoever owns the thread."""
    words = text.strip().lower().split()
    if not words or len(words) > _LONGEST:
        return None
    if len(words) == 1:
        return _one_word(words[0])
    return _with_argument(words) or _answer_at(" ".join(words).replace(",", "").strip(" .!?"))


def _with_argument(words: list[str]) -> Typed | None:
    first, rest = words[0], words[1:]
    if first in _LINK_WORDS and (code := spelt(" ".join(rest))):
        return Typed(Command.LINK, argument=code)
    if first == "/start":  # a deep link brings a parameter
        return Typed(Command.START)
    if first in _LANGUAGE_WORDS and len(rest) == 1 and len(rest[0]) == 2:
        language = Language.of(rest[0])
        return Typed(Command.LANGUAGE, language) if language else None
    if first == "/rate" and len(rest) == 2:  # never typed: the payload of a button, see rate
        return Typed(Command.RATE, argument=" ".join(rest))
    if first in ("/privacy", "privacy") and " ".join(rest) in PRIVACY_STEPS:
        return Typed(Command.PRIVACY, argument=" ".join(rest))
    return None


def _one_word(word: str) -> Typed | None:
    command = _SINGLE.get(word)
    if command is not None:
        return Typed(command)
    if _PHONE.fullmatch(word):
        return Typed(Command.CONTACT, argument=word)
    code = spelt(word)
    if code and any(c.isdigit() for c in code) and any(c.isalpha() for c in code):
        return Typed(Command.LINK, argument=code, bare=True)
    return None


def _answer_at(text: str) -> Typed | None:
    for how in _ANSWER:
        for channel, where in _WHERE.items():
            if re.fullmatch(rf"{how} ({where})( please)?", text):
                return Typed(Command.ANSWER_AT, channel=channel)
        if re.fullmatch(rf"{how} ({_HERE})( please)?", text):
            return Typed(Command.ANSWER_AT)
    return None


def chosen(text: str, titles: tuple[str, ...]) -> int | None:
    """Say which of the offered buttons was typed instead: its number from 1, or its title."""
    said = text.strip()
    number = re.fullmatch(r"(\d{1,2})[.)]?", said)
    if number:
        index = int(number[1]) - 1
        return index if 0 <= index < len(titles) else None
    plain = _plain(said)
    return next((i for i, title in enumerate(titles) if plain and _plain(title) == plain), None)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
