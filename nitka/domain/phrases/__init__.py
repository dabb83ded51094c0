"""The few lines that the service says itself: in every language, in one tone."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.phrases.afterwards import AFTERWARDS
from nitka.domain.phrases.link import LINK
from nitka.domain.phrases.names import Phrase
from nitka.domain.phrases.privacy import PRIVACY
from nitka.domain.phrases.talk import TALK

__all__ = ["Phrase", "say"]

_PHRASES = {**TALK, **LINK, **PRIVACY, **AFTERWARDS}


def say(phrase: Phrase, language: Language | None, **values: object) -> str:
    """Give the service's own line in the customer's language, English where it is not known."""
    return _PHRASES[phrase][language or Language.EN].format(**values)
