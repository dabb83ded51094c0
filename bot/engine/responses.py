"""What the bot says: Rasa's response templates, but never silent and never half filled.

Rasa answers a response that has no fitting variation with nothing, and one whose value is
missing with the raw ``{placeholder}``. Here both fail the turn. What the plan says of the firm
(``{firm}``, ``{support_hours}``, ``{showroom_address}`` …) is filled in without being passed.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker

from engine import plan as plans
from engine.turn import LANGUAGES, current_turn

# Rasa's own default actions utter these only if the domain has them.
OPTIONAL = frozenset({"utter_default", "utter_restart", "utter_back", "utter_session_start"})
_PLACEHOLDER = re.compile(r"\{([^\n{}]+?)\}")


class StrictResponses(TemplatedNaturalLanguageGenerator):
    """Templates with conditions and channels as Rasa chooses them; a gap fails the turn."""

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Returns the filled response, or None for an optional one that is not in the domain.

        Raises :class:`engine.turn.TurnFailed` when no variation fits the slots and channel, or
        when a placeholder has no value.
        """
        if utter_action in OPTIONAL and utter_action not in self.responses:
            return None
        language = tracker.get_slot("language")
        facts = plans.current().facts(language) if language in LANGUAGES else {}
        values = {**facts, **tracker.current_slot_values(), **kwargs}
        chosen = self._random_response_for(utter_action, output_channel, values)
        if chosen is None:
            raise _failed(
                f"Response '{utter_action}' has no variation for language {language!r} "
                f"on channel '{output_channel}'."
            )
        missing = sorted(_placeholders(chosen) - values.keys())
        if missing:
            raise _failed(f"Response '{utter_action}' got no value for {', '.join(missing)}.")
        filled = self._fill_response(_copied(chosen), values)
        filled.pop("condition", None)
        return filled


def _placeholders(part: Any) -> set[str]:
    if isinstance(part, str):
        return set(_PLACEHOLDER.findall(part.replace("{{", "").replace("}}", "")))
    if isinstance(part, dict):
        keys = ("text", "image", "custom", "buttons", "attachment", "quick_replies", "title")
        return set().union(*(_placeholders(part[key]) for key in keys if key in part))
    if isinstance(part, list):
        return set().union(*(_placeholders(one) for one in part))
    return set()


def _copied(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _copied(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_copied(value) for value in part]
    return part


def _failed(message: str) -> Exception:
    turn = current_turn()
    if turn is None:
        return ValueError(message)
    return turn.fail("response_failed", message)
