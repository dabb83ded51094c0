"""A message as numbers: its letters and words counted, and its meaning as a short dense row.

Letters and words are TF-IDF of one folded spelling (engine/folding.py). Meaning is what sentence
encoders gave, standardised and turned onto its main directions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

Matrix = npt.NDArray[np.float32]
_MANY = 1_000  # messages from which a sequence of letters must occur twice to count
_WEIGHTS = {"letters": 0.8, "words": 0.6}
_PARTS: dict[str, dict[str, Any]] = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
}


@dataclass
class _Part:
    """Terms of one kind: how a text is cut into them, and where each stands, how much it weighs."""

    cut: Callable[[str], list[str]]
    places: dict[str, int]
    weights: Matrix


class Counts:
    """Turns folded texts into sparse rows; fitted on the training messages.

    scikit-learn finds the terms and their weights. A message's row is made here: the same row
    (a test says so), at a tenth of the time for one message.
    """

    def __init__(self, parts: dict[str, _Part]) -> None:
        self._parts = parts
        self._width = sum(len(part.places) for part in parts.values())

    @classmethod
    def fit(cls, texts: list[str]) -> Counts:
        """Returns counts fitted on ``texts`` (already folded)."""
        least = 2 if len(texts) > _MANY else 1
        parts = {}
        for name in _PARTS:
            made = vectoriser(name, min_df=least if name == "letters" else 1).fit(texts)
            parts[name] = _Part(made.build_analyzer(), made.vocabulary_, made.idf_)
        return cls(parts)

    def rows(self, texts: list[str]) -> csr_matrix:
        """Returns one sparse row per folded text."""
        values: list[Matrix] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            before = 0
            for name, part in self._parts.items():
                known = Counter(term for term in part.cut(text) if term in part.places)
                there = [part.places[term] for term in known]
                counted = np.fromiter(known.values(), dtype=np.float32, count=len(known))
                row = (1.0 + np.log(counted)) * part.weights[there]
                length = np.sqrt(row @ row) or 1.0
                values.append(row * (_WEIGHTS[name] / length))
                columns.extend(before + place for place in there)
                before += len(part.places)
            ends.append(len(columns))
        filled = np.concatenate(values) if values else np.empty(0)
        shape = (len(texts), self._width)
        return csr_matrix((filled.astype(np.float32), columns, ends), shape=shape)

    def save(self, folder: Path) -> None:
        """Writes the terms as plain JSON and their weights as arrays."""
        words = {
            name: {term: int(place) for term, place in part.places.items()}
            for name, part in self._parts.items()
        }
        (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        np.savez(folder / "weights.npz", **{name: p.weights for name, p in self._parts.items()})

    @classmethod
    def load(cls, folder: Path) -> Counts:
        """Reads what :meth:`save` wrote."""
        words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        weights = np.load(folder / "weights.npz")
        return cls(
            {
                name: _Part(vectoriser(name).build_analyzer(), words[name], weights[name])
                for name in _PARTS
            }
        )


@dataclass
class Meaning:
    """Turns encoders' rows into short ones; fitted on the rows of the training messages."""

    mean: Matrix
    turn: Matrix  # (encoders' numbers, directions): scaling and rotation in one

    @classmethod
    def fit(cls, rows: Matrix, widths: list[int], directions: int) -> Meaning:
        """Returns what keeps the main ``directions`` of ``rows``; more tell nothing new.

        ``widths`` says how many numbers of a row each encoder gave: every one weighs the same.
        """
        mean = rows.mean(axis=0)
        scale = np.maximum(rows.std(axis=0), 1e-6) * np.sqrt(np.repeat(widths, widths))
        scaled = (rows - mean) / scale
        _, found = np.linalg.eigh(scaled.T @ scaled)
        turn = found[:, ::-1][:, :directions] / scale[:, None]
        return cls(mean, turn.astype(np.float32))

    def of(self, rows: Matrix) -> Matrix:
        """Returns one short row per row of the encoders."""
        turned: Matrix = ((rows - self.mean) @ self.turn).astype(np.float32)
        return turned


def vectoriser(name: str, **options: Any) -> TfidfVectorizer:
    """Returns scikit-learn's own counter of ``letters`` or ``words``, not fitted."""
    return TfidfVectorizer(
        sublinear_tf=True, dtype=np.float32, lowercase=False, **_PARTS[name], **options
    )
