"""Checks the sources of a model: ``python -m engine.validate``.

Prints one line per problem, ``file:line: what``, and ends with exit code 1 when one of them
would make a wrong model: unreadable YAML, names that do not exist, one text under two
intents, a response that lacks a language. Takes seconds; needs no model.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.corpus import Corpus, Problem, Variation, read
from engine.sources import Sources
from engine.turn import CHANNELS, LANGUAGES

_OWN_INTENTS = frozenset({"nlu_fallback", "restart", "back", "session_start"})
_OWN_ACTIONS = frozenset(
    [
        "action_listen",
        "action_restart",
        "action_session_start",
        "action_default_fallback",
        "action_deactivate_loop",
        "action_revert_fallback_events",
        "action_default_ask_affirmation",
        "action_default_ask_rephrase",
        "action_two_stage_fallback",
        "action_back",
        "action_unlikely_intent",
        "action_extract_slots",
    ]
)
_OWN_SLOTS = frozenset({"requested_slot", "session_started_metadata"})
_PLACEHOLDER = re.compile(r"\{([^\n{}]+?)\}")
_FEW_EXAMPLES = 2


def check(sources: Sources) -> list[Problem]:
    """Returns every problem of the sources, by file and line."""
    corpus = read(sources)
    problems = [*corpus.problems]
    for rule in (_examples, _twice, _steps, _forms, _responses, _unused):
        problems.extend(rule(corpus))
    return sorted(problems, key=lambda problem: (str(problem.place.file), problem.place.line))


def _examples(corpus: Corpus) -> Iterator[Problem]:
    count: dict[str, int] = defaultdict(int)
    for example in corpus.examples:
        count[example.intent] += 1
        if example.intent not in corpus.intents:
            yield Problem(example.place, f"The domain has no intent '{example.intent}'.")
        for entity in example.entities:
            if entity not in corpus.entities:
                yield Problem(example.place, f"The domain has no entity '{entity}'.")
        if example.text.startswith("/"):
            yield Problem(example.place, "An example must not begin with '/'.")
    for intent, place in corpus.intents.items():
        if count[intent] < _FEW_EXAMPLES and intent not in _OWN_INTENTS:
            message = f"Intent '{intent}' has {count[intent]} examples."
            yield Problem(place, message, fatal=False)


def _twice(corpus: Corpus) -> Iterator[Problem]:
    first: dict[str, Any] = {}
    for example in corpus.examples:
        key = " ".join(re.sub(r"[^\w\s]", " ", example.text.casefold()).split())
        key = key or example.text
        other = first.setdefault(key, example)
        if other is example:
            continue
        if other.intent != example.intent:
            yield Problem(
                example.place,
                f"'{example.text}' is '{example.intent}' here and '{other.intent}' "
                f"in {other.place}.",
            )
        elif other.text == example.text and other.place.file == example.place.file:
            message = f"'{example.text}' stands in line {other.place.line} already."
            yield Problem(example.place, message, fatal=False)


def _steps(corpus: Corpus) -> Iterator[Problem]:
    responses = {variation.response for variation in corpus.variations}
    known = {
        "intent": corpus.intents.keys() | _OWN_INTENTS,
        "action": corpus.actions.keys() | _OWN_ACTIONS | corpus.forms.keys() | responses,
        "active_loop": corpus.forms.keys() | {"null"},
        "slot": corpus.slots.keys() | _OWN_SLOTS,
    }
    names = {"active_loop": "form"}
    for step in corpus.steps:
        if step.name not in known[step.kind]:
            what = names.get(step.kind, step.kind)
            yield Problem(step.place, f"The domain has no {what} '{step.name}'.")


def _forms(corpus: Corpus) -> Iterator[Problem]:
    responses = {variation.response for variation in corpus.variations}
    for name, (place, slots) in corpus.forms.items():
        for slot in slots:
            if slot not in corpus.slots:
                yield Problem(place, f"Form '{name}' needs slot '{slot}', which does not exist.")
            asked = {f"utter_ask_{name}_{slot}", f"utter_ask_{slot}"} & responses
            asked |= {f"action_ask_{name}_{slot}", f"action_ask_{slot}"} & corpus.actions.keys()
            if not asked:
                yield Problem(place, f"Form '{name}' has nothing to ask for '{slot}' with.")
    for action, place in corpus.actions.items():
        if action.startswith("utter_") and action not in responses:
            yield Problem(place, f"There is no response '{action}'.")


def _responses(corpus: Corpus) -> Iterator[Problem]:
    grouped: dict[str, list[Variation]] = defaultdict(list)
    for variation in corpus.variations:
        grouped[variation.response].append(variation)
        yield from _variation(corpus, variation)
    for name, variations in grouped.items():
        place = variations[0].place
        everywhere = [one for one in variations if not one.body.get("channel")]
        missing = [
            language
            for language in LANGUAGES
            if not any(_language(one) == language and _only(one) for one in everywhere)
        ]
        if missing:
            yield Problem(place, f"{name} lacks {', '.join(missing)} (for every channel).")
        used = {language: _placeholders(variations, language) for language in LANGUAGES}
        if len({frozenset(names) for names in used.values()}) > 1 and not missing:
            listed = "; ".join(f"{k}: {', '.join(sorted(v)) or '-'}" for k, v in used.items())
            yield Problem(place, f"{name} uses different values by language: {listed}", fatal=False)


def _variation(corpus: Corpus, variation: Variation) -> Iterator[Problem]:
    body, name = variation.body, variation.response
    if _language(variation) is None:
        yield Problem(variation.place, f"A variation of {name} has no condition on `language`.")
    for condition in body.get("condition") or []:
        if condition.get("name") not in corpus.slots:
            message = f"{name} depends on slot '{condition.get('name')}', which does not exist."
            yield Problem(variation.place, message)
    if body.get("channel") not in (None, *CHANNELS):
        yield Problem(variation.place, f"{name} is for an unknown channel '{body['channel']}'.")
    if not any(body.get(key) for key in ("text", "custom", "image", "buttons")):
        yield Problem(variation.place, f"A variation of {name} says nothing.")
    for button in body.get("buttons") or []:
        intent = str(button.get("payload", "")).partition("{")[0].lstrip("/").strip()
        if "{" in intent or not intent:
            continue
        if intent not in corpus.intents and intent not in _OWN_INTENTS:
            yield Problem(variation.place, f"A button of {name} has no such intent '{intent}'.")


def _unused(corpus: Corpus) -> Iterator[Problem]:
    if "language" not in corpus.slots:
        from engine.corpus import Place

        yield Problem(Place(Path("bot/domain"), 1), "The domain has no slot 'language'.")


def _language(variation: Variation) -> str | None:
    for condition in variation.body.get("condition") or []:
        if condition.get("name") == "language":
            value = condition.get("value")
            return value if value in LANGUAGES else None
    return None


def _only(variation: Variation) -> bool:
    """Tells whether a variation depends on the language alone, so that it is always there."""
    return len(variation.body.get("condition") or []) == 1


def _placeholders(variations: list[Variation], language: str) -> set[str]:
    texts = [one.body.get("text") or "" for one in variations if _language(one) == language]
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns 1 when a problem is fatal, or any with --strict."""
    parser = argparse.ArgumentParser(prog="engine.validate", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the repository's root")
    parser.add_argument("--strict", action="store_true", help="warnings count as problems")
    given = parser.parse_args(arguments)
    try:
        sources = Sources.at(given.root)
    except FileNotFoundError as error:
        print(f"validate: {error}", file=sys.stderr)  # noqa: T201
        return 1
    problems = check(sources)
    for problem in problems:
        print(problem)  # noqa: T201
    fatal = sum(problem.fatal or given.strict for problem in problems)
    print(f"validate: {fatal} problems, {len(problems) - fatal} warnings")  # noqa: T201
    return 1 if fatal else 0


if __name__ == "__main__":
    sys.exit(main())
