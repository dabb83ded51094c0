"""The intent of a message: the Rasa component around encoders and kernel machines.

Encoders are asked one after the other. The first is quick and asked of every message; the next
one, many times slower, only of messages that leave doubt after it. Each step has a machine of its
own, trained on every message with all that is known by then. Letters and words are read in one
folded spelling; Russian in Latin letters is given back its own first (engine/spelling.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.encoder import SentenceEncoder, beginning, open_encoder
from engine.features import Counts, Matrix, Meaning
from engine.folding import fold
from engine.kernel import KernelMachine, Shape
from engine.spelling import respell


@dataclass
class _Step:
    """What is decided once the first few encoders have been asked."""

    meaning: Meaning
    machine: KernelMachine


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WishClassifier(GraphComponent, IntentClassifier):
    """Sets ``intent`` and ``intent_ranking`` (all intents) of a message."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Returns the configuration that config.yml may override.

        ``encoders``: in the order in which they are asked. ``directions``: numbers that are kept
        of what they say, one count a step. ``beyond_doubt``: the confidence of a wish from which
        no other encoder is asked. ``folder``: where the encoder `onnx` lies.
        """
        return {
            "encoders": ["nano"],
            "directions": [320],
            "beyond_doubt": 0.9,
            "folder": None,
            "reach": 0.3,
            "letters": 0.1,
            "smoothness": 0.05,
        }

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        if len(config["encoders"]) != len(config["directions"]):
            raise ValueError("`directions` must have one number for each of the `encoders`.")
        self._shape = Shape(
            float(config["reach"]), float(config["letters"]), float(config["smoothness"])
        )
        self._directions = [int(count) for count in config["directions"]]
        self._beyond_doubt = float(config["beyond_doubt"])
        self._encoders: list[SentenceEncoder] = [
            open_encoder(kind, config["folder"]) for kind in config["encoders"]
        ]
        self._storage = model_storage
        self._resource = resource
        self._counts: Counts | None = None
        self._steps: list[_Step] = []

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> WishClassifier:
        """Returns an untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all messages with an intent and stores the result."""
        messages = [one for one in training_data.intent_examples if one.get(TEXT)]
        intents = [str(message.get(INTENT)) for message in messages]
        if len(set(intents)) < 2:
            raise ValueError("The training data must have messages of at least two intents.")
        texts = [respell(str(message.get(TEXT))) for message in messages]
        folded = [fold(text) for text in texts]
        self._counts = Counts.fit(folded)
        counts = self._counts.rows(folded)
        rows = [_encoded(encoder, texts) for encoder in self._encoders]
        for number, directions in enumerate(self._directions, 1):
            widths = [one.shape[1] for one in rows[:number]]
            joint = np.hstack(rows[:number])
            meaning = Meaning.fit(joint, widths, directions)
            # Held back messages gave every step the same temperature; fitting one is not cheap.
            known = self._steps[0].machine.temperature if self._steps else None
            machine = KernelMachine.fit(
                counts, meaning.of(joint), intents, self._shape, temperature=known
            )
            self._steps.append(_Step(meaning, machine))
        self._persist(self._counts)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the data as it is: nothing later learns from predicted intents."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent of every message in place and returns them."""
        if self._counts is None or not self._steps:
            return messages
        confidences = self._confidences(
            self._counts, [respell(str(message.get(TEXT) or "")) for message in messages]
        )
        names = self._steps[0].machine.intents
        for message, shares in zip(messages, confidences, strict=True):
            ranking = [
                {"name": names[i], "confidence": float(shares[i])} for i in np.argsort(-shares)
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _confidences(self, known: Counts, texts: List[str]) -> Matrix:
        """Returns one row per text (respelt), each from the first step that leaves no doubt."""
        counts = known.rows([fold(text) for text in texts])
        confidences = np.zeros((len(texts), len(self._steps[0].machine.intents)), np.float32)
        open_ones = np.arange(len(texts))
        rows = np.empty((len(texts), 0), np.float32)
        for encoder, step in zip(self._encoders, self._steps, strict=True):
            told = _encoded(encoder, [texts[number] for number in open_ones])
            rows = np.hstack([rows, told])
            meaning = step.meaning.of(rows)
            found = step.machine.confidences(counts[open_ones], meaning)
            confidences[open_ones] = found
            doubtful = found.max(axis=1) < self._beyond_doubt
            open_ones, rows = open_ones[doubtful], rows[doubtful]
            if not len(open_ones):
                break
        return confidences

    def _persist(self, counts: Counts) -> None:
        with self._storage.write_to(self._resource) as folder:
            counts.save(folder)
            for number, step in enumerate(self._steps):
                np.savez(
                    folder / f"meaning-{number}.npz",
                    mean=step.meaning.mean,
                    turn=step.meaning.turn,
                )
                step.machine.save(folder / f"machine-{number}.npz")

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> WishClassifier:
        """Returns the trained classifier."""
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            made._counts = Counts.load(folder)
            for number in range(len(made._encoders)):
                arrays = np.load(folder / f"meaning-{number}.npz")
                machine = KernelMachine.load(folder / f"machine-{number}.npz", made._shape)
                made._steps.append(_Step(Meaning(arrays["mean"], arrays["turn"]), machine))
        return made


def _encoded(encoder: SentenceEncoder, texts: Sequence[str]) -> Matrix:
    """Returns one row per text; what has no letters means what an empty text means."""
    rows: Matrix = encoder.encode([beginning(text) for text in texts]).astype(np.float32)
    return rows
