"""The domain's small rules, as tables."""

from __future__ import annotations

import string
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Language
from nitka.domain.message import MessageState
from nitka.domain.phrases import Phrase, say
from nitka.domain.thread import Team
from nitka.domain.wording import Command, Typed, typed_command
from nitka.ports import topic_of

_LANGUAGE = Command.LANGUAGE


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("/human", Typed(Command.HUMAN)),
        ("  /HUMAN\n", Typed(Command.HUMAN)),
        ("/help", Typed(Command.HELP)),
        ("/start", Typed(Command.START)),
        ("/start K7QM2X", Typed(Command.START)),
        ("/start k7wqx2mpra", Typed(Command.LINK, argument="K7WQX2MPRA")),
        ("/link", Typed(Command.LINK)),
        ("Link", Typed(Command.LINK)),
        ("/link K7WQ-X2MP-RA", Typed(Command.LINK, argument="K7WQX2MPRA")),
        ("link k7wqx 2mpra", Typed(Command.LINK, argument="K7WQX2MPRA")),
        ("код K7WQX2MPRA", Typed(Command.LINK, argument="K7WQX2MPRA")),
        ("połącz «K7WQX2MPRA»", Typed(Command.LINK, argument="K7WQX2MPRA")),
        ("K7WQX2MPRA", Typed(Command.LINK, argument="K7WQX2MPRA", bare=True)),
        ("unlink", Typed(Command.UNLINK)),
        ("Отвязать", Typed(Command.UNLINK)),
        ("answer me in Telegram", Typed(Command.ANSWER_AT, channel=Channel.TELEGRAM)),
        ("please reply on slack", Typed(Command.ANSWER_AT, channel=Channel.SLACK)),
        ("Ответьте мне в телеграм", Typed(Command.ANSWER_AT, channel=Channel.TELEGRAM)),
        ("пишите в слак", Typed(Command.ANSWER_AT, channel=Channel.SLACK)),
        ("proszę odpisać mi na telegramie", Typed(Command.ANSWER_AT, channel=Channel.TELEGRAM)),
        ("odpowiadajcie tutaj", Typed(Command.ANSWER_AT)),
        ("Answer here, please!", Typed(Command.ANSWER_AT)),
        ("bot", Typed(Command.BOT)),
        ("Bot", Typed(Command.BOT)),
        ("/bot", Typed(Command.BOT)),
        ("Бот", Typed(Command.BOT)),
        ("/language ru", Typed(_LANGUAGE, Language.RU)),
        ("language pl", Typed(_LANGUAGE, Language.PL)),
        ("Language   EN", Typed(_LANGUAGE, Language.EN)),
        ("язык ru", Typed(_LANGUAGE, Language.RU)),
        ("ЯЗЫК EN", Typed(_LANGUAGE, Language.EN)),
        ("język pl", Typed(_LANGUAGE, Language.PL)),
        ("JĘZYK pl", Typed(_LANGUAGE, Language.PL)),
        ("jezyk pl", Typed(_LANGUAGE, Language.PL)),
    ],
)
def test_shortcuts_are_read(text: str, typed: Typed) -> None:
    """In any letter case, with any spaces around."""
    assert typed_command(text) == typed


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "human",
        "help",
        "help me",
        "link to my order",
        "the link does not work",
        "code",
        "SPAGHETTEN",
        "7777888899",
        "write me a poem",
        "answer",
        "is it on telegram",
        "why does nobody answer me in telegram",
        "/human please",
        "bot?",
        "bots",
        "are you a bot",
        "/language",
        "language",
        "/language de",
        "/language russian",
        "/language ru now",
        "language en-GB",
        "/unknown",
        "/",
        "// human",
        "what language do you speak",
        '/language{"language": "ru"}',
    ],
)
def test_everything_else_is_for_whoever_owns_the_thread(text: str) -> None:
    """Shortcuts never catch what is meant otherwise."""
    assert typed_command(text) is None


@given(st.text())
def test_reading_a_command_never_fails(text: str) -> None:
    """Whatever is typed; and a language is named exactly when it is to be changed."""
    typed = typed_command(text)
    assert typed is None or (typed.command is _LANGUAGE) is (typed.language is not None)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", Language.EN),
        ("EN", Language.EN),
        ("en-GB", Language.EN),
        ("pl-PL", Language.PL),
        ("ru_RU", Language.RU),
        ("ru-Cyrl-RU", Language.RU),
        ("RU_ru.UTF-8", Language.RU),
        ("de", None),
        ("plx", None),
        ("eng", None),
        ("english", None),
        ("", None),
        ("-", None),
        ("-pl", None),
        (None, None),
    ],
)
def test_a_language_is_read_from_its_tag(tag: str | None, language: Language | None) -> None:
    """The first subtag counts; what is not ours is None."""
    assert Language.of(tag) is language


@given(st.text(alphabet=string.printable) | st.none())
def test_reading_a_tag_never_fails(tag: str | None) -> None:
    """Browsers and platforms send all sorts of things."""
    assert Language.of(tag) in {None, *Language}


@pytest.mark.parametrize(("phrase", "language"), list(product(Phrase, Language)))
def test_every_phrase_is_there_in_every_language(phrase: Phrase, language: Language) -> None:
    """Each in its own script, and no two languages with the same words."""
    told = dict.fromkeys(_NAMED, "7")
    text = say(phrase, language, **told)
    assert text.strip() == text
    assert text.endswith((".", "?")) or phrase in _ON_BUTTONS
    has_cyrillic = any("а" <= letter <= "я" for letter in text.lower())
    assert has_cyrillic is (language is Language.RU)
    assert len({say(phrase, each, **told) for each in Language}) == len(Language)


@pytest.mark.parametrize("phrase", list(Phrase))
def test_a_phrase_is_english_where_the_language_is_not_known(phrase: Phrase) -> None:
    """Somebody whose language nobody knows is still told; every language names the same facts."""
    told = {name: f"<{name}>" for name in _NAMED}
    assert say(phrase, None, **told) == say(phrase, Language.EN, **told)
    named = [{n for n in _NAMED if f"<{n}>" in say(phrase, one, **told)} for one in Language]
    assert named == [named[0]] * 3


_NAMED = (
    *("code", "ways", "minutes", "wait", "channel", "messages", "since", "files", "handoffs"),
    *("channels", "facts", "hours", "receipt", "at", "addresses", "place", "when", "phone"),
)
_ON_BUTTONS = {
    Phrase.PRIVACY_EXPORT,
    Phrase.PRIVACY_ERASE,
    Phrase.YES_EXPORT,
    Phrase.YES_ERASE,
    Phrase.NO_KEEP,
    *(Phrase.CALL_ME_BACK, Phrase.TO_THE_BOT, Phrase.WORST, Phrase.BEST),
    *(Phrase.ADD_WORDS, Phrase.NO_WORDS),
}
_ORDER = [
    MessageState.RECEIVED,
    MessageState.PENDING,
    MessageState.FAILED,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.READ,
]


@pytest.mark.parametrize(("old", "new"), list(product(MessageState, MessageState)))
def test_a_state_rises_along_one_order(old: MessageState, new: MessageState) -> None:
    """Never to itself, never back: a late `sent` hides no `read`, a late failure no arrival."""
    assert old.rises_to(new) is (_ORDER.index(old) < _ORDER.index(new))


@pytest.mark.parametrize(
    ("name", "team"),
    [
        ("support", Team.SUPPORT),
        ("sales", Team.SALES),
        (Team.SALES, Team.SALES),
        ("SALES", Team.SUPPORT),
        ("", Team.SUPPORT),
        ("marketing", Team.SUPPORT),
        (None, Team.SUPPORT),
        (7, Team.SUPPORT),
        (["sales"], Team.SUPPORT),
    ],
)
def test_an_unknown_team_is_support(name: object, team: Team) -> None:
    """So that nobody is lost over a slip in the training data."""
    assert Team.of(name) is team


def test_topics_of_customers_and_addresses_never_meet() -> None:
    """Each subject has one name, and no other has it."""
    customer = uuid4()
    subjects: list[UUID | Address] = [
        customer,
        uuid4(),
        Address(Channel.WEB, "site", "ann"),
        Address(Channel.WEB, "site", "bob"),
        Address(Channel.SLACK, "site", "ann"),
        Address(Channel.WEB, "shop", "ann"),
        Address(Channel.WEB, "site", str(customer)),
    ]
    assert len({topic_of(subject) for subject in subjects}) == len(subjects)
    assert topic_of(customer) == topic_of(customer)
