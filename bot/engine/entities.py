"""The spaCy pipeline that finds facts in a message, and the Rasa component that runs it.

``spacy.blank("xx")`` with a tokeniser that splits letters, digits and signs apart, an entity
ruler for dates in words (English, Russian, Polish), and a component for what is known by its
shape (engine/shapes.py). No trained weights: the same text always gives the same facts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, List

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from engine.calendar_words import MONTHS, RELATIVE, WEEKDAYS
from engine.shapes import Find, date_value, find_shapes

_PIECES = re.compile(r"[^\W\d_]+|\d+|\s+|[^\w\s]|_")
_DAY_ENDING = ("st", "nd", "rd", "th", "го", "ое", "е")


class PieceTokenizer:
    """Splits a text where letters, digits and signs meet, so that every find fits its tokens."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _PIECES.findall(text):
            if piece == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self._vocab, words=words, spaces=spaces)


@Language.component("nitka_shapes")
def _shapes(doc: Doc) -> Doc:
    spans = list(doc.ents)
    for find in find_shapes(doc.text):
        span = doc.char_span(find.start, find.end, label=find.kind, kb_id=find.value)
        if span is not None:
            spans.append(span)
    doc.ents = filter_spans(spans)
    return doc


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """Returns the spaCy pipeline, built once per process."""
    nlp = spacy.blank("xx")
    nlp.tokenizer = PieceTokenizer(nlp.vocab)
    ruler = nlp.add_pipe("entity_ruler", config={"overwrite_ents": True})
    ruler.add_patterns([{"label": "date", "pattern": pattern} for pattern in _date_patterns()])
    nlp.add_pipe("nitka_shapes")
    return nlp


def _date_patterns() -> list[list[dict[str, Any]]]:
    day: dict[str, Any] = {"TEXT": {"REGEX": r"^(?:[1-9]|[12]\d|3[01]|0[1-9])$"}}
    year = {"TEXT": {"REGEX": r"^(?:19|20)\d\d$"}, "OP": "?"}
    ending = {"LOWER": {"IN": list(_DAY_ENDING)}, "OP": "?"}
    dash = {"TEXT": {"IN": ["-", "of"]}, "OP": "?"}
    month = {"LOWER": {"IN": sorted(MONTHS)}}
    comma = {"TEXT": ",", "OP": "?"}
    patterns: list[list[dict[str, Any]]] = [
        [day, dash, ending, dash, month, year],
        [month, day, ending, comma, year],
    ]
    for phrase in (*RELATIVE, *WEEKDAYS):
        words = [piece for piece in _PIECES.findall(phrase) if not piece.isspace()]
        patterns.append([{"LOWER": word} for word in words])
    return patterns


def find_entities(text: str) -> list[Find]:
    """Returns the facts in ``text`` in order of place; equal facts are given once.

    Thread-safe: spaCy's pipeline keeps nothing between two texts.
    """
    found: dict[tuple[str, str], Find] = {}
    for span in pipeline()(text).ents:
        value = span.kb_id_ or _worded_date(span)
        if value:
            find = Find(span.label_, value, span.start_char, span.end_char)
            found.setdefault((find.kind, find.value), find)
    return list(found.values())


def _worded_date(span: Span) -> str | None:
    """Returns "2026-05-03", "--05-03", or the English word for a relative day."""
    words = [token.lower_ for token in span]
    phrase = "".join(token.lower_ + token.whitespace_ for token in span).strip()
    if phrase in RELATIVE:
        return RELATIVE[phrase]
    if phrase in WEEKDAYS:
        return WEEKDAYS[phrase]
    month = next((MONTHS[word] for word in words if word in MONTHS), None)
    numbers = [int(word) for word in words if word.isdigit()]
    if month is None or not numbers:
        return None
    return date_value(numbers[0], month, numbers[1] if len(numbers) > 1 else None)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent, EntityExtractorMixin):
    """Adds order numbers, e-mail addresses, phones, amounts and dates to a message."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],  # noqa: ARG003 - nothing to configure
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> FactExtractor:
        """Returns the component with the pipeline loaded."""
        pipeline()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the entities to ``messages`` in place and returns them."""
        for message in messages:
            finds = find_entities(message.get(TEXT) or "")
            rows = [
                {
                    "entity": find.kind,
                    "value": find.value,
                    "start": find.start,
                    "end": find.end,
                    "confidence_entity": 1.0,
                }
                for find in finds
            ]
            entities = message.get(ENTITIES, []) + self.add_extractor_name(rows)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
