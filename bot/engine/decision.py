"""What a message is taken for: the classifier's confidences weighed by where they lead.

Wishes that lead to the same place speak together: of two kinds of complaint that are equally
likely, both lead to support, so there is no doubt about support. The plan's rules by words come
after that. Where no place is likely enough, the message counts as not understood
(``nlu_fallback``) and the bot asks which of the likeliest wishes it is.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from engine import plan as plans
from engine.plan import OUT_OF_SCOPE, Plan, Route

FALLBACK = "nlu_fallback"
_MOVED = 0.5  # confidence that a rule by words gives at least
_GIVEN_WAY = 0.05  # confidence that is left to the wish that a rule by words moved aside
_LIKELY = 0.05  # confidence from which a team's wish is chosen rather than its first
Ranking = List[Dict[str, Any]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RouteDecision(GraphComponent, IntentClassifier):
    """Decides between places first and wishes second, and knows when it does not know."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Returns what must stand before this in the pipeline."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Returns the configuration that config.yml overrides.

        ``threshold``: a place less likely than this is not understood. ``margin``: nor is one
        that is ahead of the second by less. ``out_of_scope``: how much more it weighs than it
        seems; nobody writes enough examples of everything that is none of a shop's business.
        """
        return {"threshold": 0.35, "margin": 0.03, "out_of_scope": 1.0}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
        self._margin = float(config["margin"])
        self._weights = {OUT_OF_SCOPE: float(config["out_of_scope"])}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa's signature
        resource: Resource,  # noqa: ARG003 - Rasa's signature
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> RouteDecision:
        """Returns the component."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and ranking of the messages in place and returns them."""
        for message in messages:
            ranking = message.get("intent_ranking") or []
            if ranking and message.get(INTENT, {}).get("name"):
                decided = self.decide(plans.current(), message.get(TEXT) or "", ranking)
                message.set(INTENT, decided[0], add_to_output=True)
                message.set("intent_ranking", decided, add_to_output=True)
        return messages

    def decide(self, plan: Plan, text: str, ranking: Ranking) -> Ranking:
        """Returns the ranking with what the message is taken for in front.

        Its confidence is that of the place it leads to; ``nlu_fallback`` in front means that no
        place is likely enough.
        """
        places = self._places(plan, ranking)
        first, second = sorted(places.values(), reverse=True)[:2] if len(places) > 1 else (1.0, 0.0)
        place = max(places, key=lambda one: places[one])
        best = next(row for row in ranking if plan.group(row["name"]) == place)
        chosen = {**best, "confidence": places[place]}
        unclear = first < self._threshold or first - second < self._margin
        rule = plan.worded(best["name"], text) or (plan.named(text) if unclear else None)
        if rule is not None:
            return _moved(plan, rule, chosen, ranking)
        decided = [chosen, *(row for row in ranking if row is not best)]
        return [{"name": FALLBACK, "confidence": 1.0 - first}, *decided] if unclear else decided

    def _places(self, plan: Plan, ranking: Ranking) -> Mapping[str, float]:
        places: Dict[str, float] = {}
        for row in ranking:
            place = plan.group(row["name"])
            places[place] = places.get(place, 0.0) + float(row["confidence"])
        weighed = {place: share * self._weights.get(place, 1.0) for place, share in places.items()}
        total = sum(weighed.values()) or 1.0
        return {place: share / total for place, share in weighed.items()}


def _moved(plan: Plan, rule: Route, given_way: Dict[str, Any], ranking: Ranking) -> Ranking:
    """The likeliest wish that leads where the rule does changes places with what was found."""
    wishes = plan.wishes_of(rule.to)
    likely = [row for row in ranking if row["name"] in wishes and row["confidence"] >= _LIKELY]
    name = likely[0]["name"] if likely else wishes[0]
    if name == given_way["name"]:
        return [given_way, *(row for row in ranking if row["name"] != name)]
    first = {"name": name, "confidence": max(float(given_way["confidence"]), _MOVED)}
    behind = {"name": given_way["name"], "confidence": _GIVEN_WAY}
    rest = [row for row in ranking if row["name"] not in (name, given_way["name"])]
    return [first, behind, *rest]
