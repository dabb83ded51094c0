"""A rule beside the classifier: who writes of a problem wants help with it, not small talk.

A message with a word of the family "problem" that was understood as something other than a wish
for support, or for a person, becomes the likeliest of the wishes for support. Idioms in which
there is no problem ("no problem", "нет проблем", "nie ma problemu") are left alone.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TroubleWords(GraphComponent, IntentClassifier):
    """Moves the intent of a message that names a problem to a wish for support."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Returns what must stand before this in the pipeline."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Returns the configuration that config.yml overrides.

        ``words`` and ``unless`` are regular expressions; ``instead_of`` are the intents that give
        way, ``choose_from`` the wishes for support, the first of which is for messages that tell
        nothing more.
        """
        return {"words": [], "unless": [], "instead_of": [], "choose_from": [], "least": 0.05}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._words = _any_of(config["words"])
        self._unless = _any_of(config["unless"])
        self._instead_of = set(config["instead_of"])
        self._choose_from = list(config["choose_from"])
        self._least = float(config["least"])

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa's signature
        resource: Resource,  # noqa: ARG003 - Rasa's signature
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> TroubleWords:
        """Returns the component."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Changes the intent of the messages that name a problem in place and returns them."""
        for message in messages:
            intent = message.get(INTENT) or {}
            if intent.get("name") in self._instead_of and self._names(message.get(TEXT) or ""):
                self._move(message, float(intent["confidence"]))
        return messages

    def _names(self, text: str) -> bool:
        return bool(self._words and self._words.search(text)) and not (
            self._unless and self._unless.search(text)
        )

    def _move(self, message: Message, confidence: float) -> None:
        """Lets the chosen wish and the one that gives way change places, confidences too."""
        ranking = list(message.get("intent_ranking") or [])
        likely = [
            one
            for one in ranking
            if one["name"] in self._choose_from and one["confidence"] >= self._least
        ]
        name = likely[0]["name"] if likely else self._choose_from[0]
        first = {"name": name, "confidence": max(confidence, 0.5)}
        given_way = {**message.get(INTENT), "confidence": min(self._least, first["confidence"])}
        gone = (name, given_way["name"])
        rest = [given_way, *(one for one in ranking if one["name"] not in gone)]
        message.set(INTENT, first, add_to_output=True)
        message.set("intent_ranking", [first, *rest], add_to_output=True)


def _any_of(patterns: List[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.I) if patterns else None
