"""The intent of a message: the Rasa component around the kernel machine.

Letters and words are read in one folded spelling, meaning from the sentence encoders; Russian
in Latin letters is given back its own first (engine/spelling.py).
"""

from __future__ import annotations

from typing import Any, Dict, List, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.features import Features, Matrix
from engine.folding import fold
from engine.kernel import KernelMachine, Shape
from engine.spelling import respell


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelClassifier(GraphComponent, IntentClassifier):
    """Sets ``intent`` and ``intent_ranking`` (all intents) of a message."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Returns what must stand before this in the pipeline."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Returns the configuration that config.yml may override."""
        return {"reach": 0.3, "letters": 0.1, "smoothness": 0.05}

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._shape = Shape(
            float(config["reach"]), float(config["letters"]), float(config["smoothness"])
        )
        self._storage = model_storage
        self._resource = resource
        self._features: Features | None = None
        self._machine: KernelMachine | None = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> KernelClassifier:
        """Returns an untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all messages with an intent and stores the result."""
        messages = [one for one in training_data.intent_examples if one.get(TEXT)]
        intents = [str(message.get(INTENT)) for message in messages]
        if len(set(intents)) < 2:
            raise ValueError("The training data must have messages of at least two intents.")
        texts, rows = _texts(messages), _rows(messages)
        self._features = Features.fit(texts, rows, _widths(messages[0]))
        self._machine = KernelMachine.fit(
            self._features.counts(texts), self._features.meaning(rows), intents, self._shape
        )
        self._persist(self._features, self._machine)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the data as it is: nothing later learns from predicted intents."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent of every message in place and returns them."""
        if self._features is None or self._machine is None:
            return messages
        counts = self._features.counts(_texts(messages))
        confidences = self._machine.confidences(counts, self._features.meaning(_rows(messages)))
        for message, shares in zip(messages, confidences, strict=True):
            ranking = [
                {"name": self._machine.intents[i], "confidence": float(shares[i])}
                for i in np.argsort(-shares)
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _persist(self, features: Features, machine: KernelMachine) -> None:
        with self._storage.write_to(self._resource) as folder:
            features.save(folder)
            np.savez_compressed(
                folder / "machine.npz",
                intents=np.array(machine.intents),
                known=machine.known.astype(np.float16),
                say=machine.say,
                planes=machine.planes.astype(np.float16),
                temperature=machine.temperature,
            )

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> KernelClassifier:
        """Returns the trained classifier."""
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            made._features = Features.load(folder)
            arrays = np.load(folder / "machine.npz")
            made._machine = KernelMachine(
                made._shape,
                [str(name) for name in arrays["intents"]],
                arrays["known"].astype(np.float32),
                arrays["say"],
                np.ascontiguousarray(arrays["planes"], dtype=np.float32),
                float(arrays["temperature"]),
            )
        return made


def _widths(message: Message) -> List[int]:
    return [
        int(one.features.shape[-1])
        for one in message.features
        if one.is_dense() and one.attribute == TEXT and one.type == FEATURE_TYPE_SENTENCE
    ]


def _texts(messages: List[Message]) -> List[str]:
    return [fold(respell(message.get(TEXT) or "")) for message in messages]


def _rows(messages: List[Message]) -> Matrix:
    found = [message.get_dense_features(TEXT, [])[1] for message in messages]
    width = max((one.features.shape[-1] for one in found if one is not None), default=0)
    empty = np.zeros((1, width), dtype=np.float32)
    rows: Matrix = np.vstack([empty if one is None else one.features for one in found])
    return rows.astype(np.float32)
