"""What Slack itself shows to whoever typed `/nitka`, only to him, until the answer comes."""

from __future__ import annotations

from nitka.domain.customer import Language

_TAKEN = {
    Language.EN: "Got it. The answer comes as a direct message.",
    Language.RU: "Принято. Ответ придёт личным сообщением.",
    Language.PL: "Przyjęte. Odpowiedź przyjdzie w wiadomości prywatnej.",
}


def command_taken(locale: str | None) -> dict[str, str]:
    """Give the answer to a slash command, which only its author sees."""
    language = Language.of(locale) or Language.EN
    return {"response_type": "ephemeral", "text": _TAKEN[language]}
