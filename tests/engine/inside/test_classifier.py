"""The slow encoder is asked only of what leaves doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import engine.classifier
import numpy as np
import pytest
from engine.classifier import WishClassifier
from engine.encoder import Rows
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

EXAMPLES = {
    "greet": ["hello", "hello there", "good morning", "hello again", "morning"],
    "refund_status": ["refund please", "where is my refund", "my refund", "the refund is late"],
}
CLEAR, UNCLEAR = "where is my refund", "xyzzy"


class WordEncoder:
    """Tells texts apart by their words, and remembers what it was asked."""

    def __init__(self, numbers: int) -> None:
        self._numbers = numbers
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Rows:
        self.asked += texts
        rows = np.zeros((len(texts), self._numbers), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[sum(map(ord, word)) % self._numbers] += 1.0
        return rows


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> dict[str, WordEncoder]:
    made = {"quick": WordEncoder(31), "slow": WordEncoder(17)}
    monkeypatch.setattr(engine.classifier, "open_encoder", lambda kind, _folder: made[kind])
    return made


def settled(**changes: object) -> dict[str, object]:
    steps = {"encoders": ["quick", "slow"], "directions": [8, 12], "beyond_doubt": 0.999}
    return {**WishClassifier.get_default_config(), **steps, **changes}


def messages(texts: Sequence[str]) -> list[Message]:
    return [Message.build(text) for text in texts]


def test_only_doubt_reaches_the_slow_encoder(
    encoders: dict[str, WordEncoder], tmp_path: Path
) -> None:
    """Two of four messages are clear at once; answers keep the order of the questions."""
    storage, resource = LocalModelStorage(tmp_path), Resource("wishes")
    data = [Message.build(t, intent) for intent, texts in EXAMPLES.items() for t in texts]
    WishClassifier(settled(), storage, resource).train(TrainingData(data))
    encoders["slow"].asked.clear()
    loaded = WishClassifier.load(settled(), storage, resource, None)  # type: ignore[arg-type]
    answered = loaded.process(messages([UNCLEAR, CLEAR, "", "hello there"]))
    assert encoders["slow"].asked == [UNCLEAR, ""]
    assert answered[1].get("intent")["name"] == "refund_status"
    assert answered[3].get("intent")["name"] == "greet"
    assert all(
        sum(row["confidence"] for row in one.get("intent_ranking")) == pytest.approx(1.0)
        for one in answered
    )


def test_steps_and_directions_belong_together(encoders: dict[str, WordEncoder]) -> None:
    """A configuration that names an encoder too many is refused."""
    with pytest.raises(ValueError, match="one number for each"):
        WishClassifier(settled(directions=[8]), None, Resource("wishes"))  # type: ignore[arg-type]
    assert encoders
