"""The bot's files fit together: responses in three languages, rules, domain, actions."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.labels import Labels
from actions.scripted import ScriptedShop
from actions.server import all_actions
from actions.shop import OrderState

ROOT = Path(__file__).parents[3]
LANGUAGES = {"en", "ru", "pl"}
BUILT = {f"utter_order_{state.value}" for state in OrderState}
BUILT |= {"utter_hand_over_support", "utter_hand_over_sales"}
ENGINES = {"utter_default", "utter_also"}


def _merged(folder: str, key: str) -> Any:
    found: Any = None
    for path in sorted((ROOT / folder).glob("*.yml")):
        part = yaml.safe_load(path.read_text(encoding="utf-8")).get(key)
        if part is None:
            continue
        assert not (isinstance(part, dict) and found and part.keys() & found.keys()), path
        found = (
            part if found is None else (found | part if isinstance(part, dict) else found + part)
        )
    return found


RESPONSES: dict[str, list[dict[str, Any]]] = _merged("data/responses", "responses")
INTENTS: list[str] = _merged("bot/domain", "intents")
ACTIONS: list[str] = _merged("bot/domain", "actions")
FORMS: dict[str, Any] = _merged("bot/domain", "forms")
RULES: list[dict[str, Any]] = _merged("data/rules", "rules")


def _steps(key: str) -> set[str]:
    return {step[key] for rule in RULES for step in rule["steps"] if key in step}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_speaks_three_languages_on_every_channel(name: str) -> None:
    """A variation for a channel hides the others there, so it too needs all three."""
    by_channel = defaultdict(list)
    for variation in RESPONSES[name]:
        (condition,) = variation["condition"]
        assert (condition["type"], condition["name"]) == ("slot", "language")
        by_channel[variation.get("channel")].append(condition["value"])
    assert None in by_channel
    for channel, languages in by_channel.items():
        assert sorted(languages) == sorted(LANGUAGES), channel


@pytest.mark.parametrize("name", RESPONSES)
def test_the_languages_of_a_response_say_the_same(name: str) -> None:
    """The same values on one channel, the same buttons on all; no exclamation storms."""
    values = defaultdict(set)
    payloads = set()
    for variation in RESPONSES[name]:
        text = variation["text"]
        values[variation.get("channel")].add(frozenset(re.findall(r"\{(\w+)\}", text)))
        payloads.add(tuple(button["payload"] for button in variation.get("buttons", [])))
        assert text == text.strip()
        assert text.count("!") <= 1
    assert all(len(found) == 1 for found in values.values())
    assert len(payloads) == 1


def test_buttons_lead_to_intents_that_exist() -> None:
    """A payload is an intent, with entities or without."""
    for variations in RESPONSES.values():
        for variation in variations:
            for button in variation.get("buttons", []):
                assert re.match(r"/(\w+)", button["payload"]).group(1) in INTENTS  # type: ignore[union-attr]  # fails as it should
                assert len(button["title"]) <= 40


def test_every_intent_has_a_rule() -> None:
    """Nothing a customer says is left to chance; the unclear has its rule too."""
    assert _steps("intent") == {*INTENTS, "nlu_fallback"}


def test_rules_use_what_exists() -> None:
    """Actions, responses and forms."""
    assert _steps("action") <= {*ACTIONS, *RESPONSES, *FORMS}


def test_the_action_server_has_the_domains_actions() -> None:
    """No more and no fewer."""
    served = {action.name for action in all_actions(ScriptedShop(), Labels({}))}
    assert served == set(ACTIONS)


def test_what_actions_say_is_written() -> None:
    """Every response that actions name exists, and every response is used."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    named = {name for name in re.findall(r"\butter_[a-z_]+\b", source) if not name.endswith("_")}
    named -= {"utter_message"}
    assert named <= RESPONSES.keys()
    labels = {name for name in RESPONSES if name.startswith("utter_label_")}
    asked = {name for name in RESPONSES if name.startswith("utter_ask_")}
    used = named | BUILT | _steps("action") | labels | asked | ENGINES
    assert used >= RESPONSES.keys()


def test_labels_name_intents() -> None:
    """In three languages, short enough for a button."""
    labels = Labels.load()
    for intent in INTENTS:
        if intent in labels:
            assert all(len(labels.of(intent, language)) <= 40 for language in LANGUAGES)
    labelled = {name.removeprefix("utter_label_") for name in RESPONSES if "_label_" in name}
    assert labelled <= set(INTENTS)


def test_conversations_are_told_apart() -> None:
    """Each has a name of its own; there are some in every language."""
    told = [
        conversation
        for path in (ROOT / "data" / "tests" / "conversations").glob("*.yml")
        for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    names = [conversation["name"] for conversation in told]
    assert len(names) == len(set(names)) >= 40
    assert {conversation["language"] for conversation in told} >= LANGUAGES
