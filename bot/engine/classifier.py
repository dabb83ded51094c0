"""The intent of a message: linear one-against-all margins over letters, words and meaning.

Features are TF-IDF of character n-grams and of words in one folded spelling
(engine/folding.py), and the sentence encoder's row, standardised. A linear support vector
machine is trained on them in seconds; its margins become confidences by a softmax whose
temperature is fitted on messages held back from a first training.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Type

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from engine.folding import fold

Matrix = npt.NDArray[np.float32]
_TEMPERATURES = np.geomspace(0.5, 20.0, 40)
_HELD_BACK = 0.15
_LEAST_FOR_FITTING = 200  # messages; with fewer, the temperature is DEFAULT_TEMPERATURE
DEFAULT_TEMPERATURE = 4.0
_WEIGHTS = {"letters": 0.8, "words": 0.6, "meaning": 1.0}
_VECTORISERS: dict[str, dict[str, Any]] = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
}


@dataclass
class Features:
    """Turns texts and encoder rows into one matrix; fitted on the training messages."""

    vectorisers: dict[str, TfidfVectorizer]
    mean: Matrix
    scale: Matrix

    @classmethod
    def fit(cls, texts: list[str], rows: Matrix) -> Features:
        """Returns features fitted on ``texts`` (already folded) and their rows."""
        least = 2 if len(texts) > 1_000 else 1
        vectorisers = {}
        for name, options in _VECTORISERS.items():
            made = TfidfVectorizer(
                sublinear_tf=True, dtype=np.float32, lowercase=False, **options,
                min_df=least if name == "letters" else 1,
            ).fit(texts)  # fmt: skip
            vectorisers[name] = made
        deviation = np.maximum(rows.std(axis=0), 1e-6) * np.sqrt(rows.shape[1])
        return cls(vectorisers, rows.mean(axis=0), deviation.astype(np.float32))

    def matrix(self, texts: list[str], rows: Matrix) -> csr_matrix:
        """Returns one sparse row per text."""
        parts = [made.transform(texts) * _WEIGHTS[name] for name, made in self.vectorisers.items()]
        parts.append(csr_matrix((rows - self.mean) / self.scale * _WEIGHTS["meaning"]))
        return hstack(parts).tocsr()

    def save(self, folder: Path) -> None:
        """Writes the features as plain JSON and arrays."""
        words = {
            name: {term: int(index) for term, index in made.vocabulary_.items()}
            for name, made in self.vectorisers.items()
        }
        (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        weights = {f"idf_{name}": made.idf_ for name, made in self.vectorisers.items()}
        np.savez(folder / "features.npz", mean=self.mean, scale=self.scale, **weights)

    @classmethod
    def load(cls, folder: Path) -> Features:
        """Reads what :meth:`save` wrote."""
        words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        arrays = np.load(folder / "features.npz")
        vectorisers = {}
        for name, options in _VECTORISERS.items():
            made = TfidfVectorizer(
                sublinear_tf=True, dtype=np.float32, lowercase=False, vocabulary=words[name],
                **options,
            )  # fmt: skip
            made.idf_ = arrays[f"idf_{name}"]
            vectorisers[name] = made
        return cls(vectorisers, arrays["mean"], arrays["scale"])


@dataclass
class Margins:
    """A trained set of one-against-all planes with its temperature."""

    intents: list[str]
    planes: Matrix  # (features, intents)
    offsets: Matrix
    temperature: float

    @classmethod
    def fit(cls, matrix: csr_matrix, intents: list[str], strictness: float) -> Margins:
        """Returns planes trained on all messages, the temperature on those held back."""
        temperature = DEFAULT_TEMPERATURE
        least = min(intents.count(intent) for intent in set(intents))
        if len(intents) >= _LEAST_FOR_FITTING and least > 1:
            there, back = train_test_split(
                np.arange(len(intents)), test_size=_HELD_BACK, random_state=0, stratify=intents
            )
            first = cls._planes(matrix[there], [intents[i] for i in there], strictness)
            temperature = first._best_temperature(matrix[back], [intents[i] for i in back])
        trained = cls._planes(matrix, intents, strictness)
        trained.temperature = temperature
        return trained

    @classmethod
    def _planes(cls, matrix: csr_matrix, intents: list[str], strictness: float) -> Margins:
        machine = LinearSVC(C=strictness, random_state=0, tol=1e-3).fit(matrix, intents)
        planes, offsets = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # two classes share one plane
            planes, offsets = np.vstack([-planes, planes]), np.hstack([-offsets, offsets])
        return cls(
            [str(name) for name in machine.classes_],
            np.ascontiguousarray(planes.T, dtype=np.float32),
            offsets.astype(np.float32),
            DEFAULT_TEMPERATURE,
        )

    def _best_temperature(self, matrix: csr_matrix, intents: list[str]) -> float:
        margins = self._margins(matrix)
        index = {name: number for number, name in enumerate(self.intents)}
        rows, right = np.arange(len(intents)), np.array([index[name] for name in intents])
        losses = [
            -np.log(np.maximum(_softmax(margins * one)[rows, right], 1e-9)).mean()
            for one in _TEMPERATURES
        ]
        return float(_TEMPERATURES[int(np.argmin(losses))])

    def _margins(self, matrix: csr_matrix) -> Matrix:
        margins: Matrix = matrix @ self.planes + self.offsets
        return margins

    def confidences(self, matrix: csr_matrix) -> Matrix:
        """Returns one row per message: a confidence per intent, adding up to 1."""
        return _softmax(self._margins(matrix) * self.temperature)


def _softmax(values: Matrix) -> Matrix:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MarginClassifier(GraphComponent, IntentClassifier):
    """Sets ``intent`` and ``intent_ranking`` of a message."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Returns what must stand before this in the pipeline."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Returns the configuration that config.yml may override."""
        return {"strictness": 0.3, "ranking_length": 10}

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._features: Features | None = None
        self._margins: Margins | None = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> MarginClassifier:
        """Returns an untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all messages with an intent and stores the result."""
        messages = [one for one in training_data.intent_examples if one.get(TEXT)]
        intents = [str(message.get(INTENT)) for message in messages]
        if len(set(intents)) < 2:
            raise ValueError("The training data must have messages of at least two intents.")
        texts = [fold(message.get(TEXT)) for message in messages]
        rows = np.vstack([_row(message) for message in messages])
        self._features = Features.fit(texts, rows)
        matrix = self._features.matrix(texts, rows)
        self._margins = Margins.fit(matrix, intents, float(self._config["strictness"]))
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the data as it is: nothing later learns from predicted intents."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent of every message in place and returns them."""
        if self._features is None or self._margins is None:
            return messages
        texts = [fold(message.get(TEXT) or "") for message in messages]
        rows = np.vstack([_row(message) for message in messages])
        confidences = self._margins.confidences(self._features.matrix(texts, rows))
        for message, shares in zip(messages, confidences, strict=True):
            best = np.argsort(-shares)[: int(self._config["ranking_length"])]
            ranking = [
                {"name": self._margins.intents[i], "confidence": float(shares[i])} for i in best
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _persist(self) -> None:
        assert self._features is not None and self._margins is not None  # noqa: S101, PT018
        with self._storage.write_to(self._resource) as folder:
            self._features.save(folder)
            np.savez_compressed(
                folder / "margins.npz",
                intents=np.array(self._margins.intents),
                planes=self._margins.planes.astype(np.float16),
                offsets=self._margins.offsets,
                temperature=self._margins.temperature,
            )

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> MarginClassifier:
        """Returns the trained classifier."""
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            made._features = Features.load(folder)
            arrays = np.load(folder / "margins.npz")
            made._margins = Margins(
                [str(name) for name in arrays["intents"]],
                np.ascontiguousarray(arrays["planes"], dtype=np.float32),
                arrays["offsets"],
                float(arrays["temperature"]),
            )
        return made


def _row(message: Message) -> Matrix:
    _, sentence = message.get_dense_features(TEXT, [])
    if sentence is None:
        from engine.encoder import DIMENSIONS

        return np.zeros((1, DIMENSIONS), dtype=np.float32)
    row: Matrix = np.asarray(sentence.features, dtype=np.float32)
    return row
