"""A message as numbers: its letters and words counted, and its meaning as a short dense row.

Letters and words are TF-IDF of one folded spelling (engine/folding.py). Meaning is what the
sentence encoders gave, standardised and turned onto its main directions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

Matrix = npt.NDArray[np.float32]
_DIRECTIONS = 320  # of meaning; more cost time and tell nothing new
_MANY = 1_000  # messages from which a sequence of letters must occur twice to count
_WEIGHTS = {"letters": 0.8, "words": 0.6}
_VECTORISERS: dict[str, dict[str, Any]] = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
}


@dataclass
class Features:
    """Turns texts and encoder rows into counts and meaning; fitted on the training messages."""

    vectorisers: dict[str, TfidfVectorizer]
    mean: Matrix
    turn: Matrix  # (encoder's numbers, directions): scaling and rotation in one

    @classmethod
    def fit(cls, texts: list[str], rows: Matrix, widths: list[int]) -> Features:
        """Returns features fitted on ``texts`` (already folded) and their rows.

        ``widths`` says how many numbers of a row each encoder gave: every one weighs the same.
        """
        least = 2 if len(texts) > _MANY else 1
        vectorisers = {
            name: _vectoriser(name, min_df=least if name == "letters" else 1).fit(texts)
            for name in _VECTORISERS
        }
        mean = rows.mean(axis=0)
        scale = np.maximum(rows.std(axis=0), 1e-6) * np.sqrt(np.repeat(widths, widths))
        scaled = (rows - mean) / scale
        _, directions = np.linalg.eigh(scaled.T @ scaled)
        turn = directions[:, ::-1][:, :_DIRECTIONS] / scale[:, None]
        return cls(vectorisers, mean, turn.astype(np.float32))

    def counts(self, texts: list[str]) -> csr_matrix:
        """Returns one sparse row per folded text."""
        parts = [made.transform(texts) * _WEIGHTS[name] for name, made in self.vectorisers.items()]
        # In one precision with the planes: otherwise these are copied for every message.
        return hstack(parts).tocsr().astype(np.float32)

    def meaning(self, rows: Matrix) -> Matrix:
        """Returns one dense row per row of the encoders; without numbers, the middle of all."""
        if rows.shape[1] == 0:
            return np.zeros((len(rows), self.turn.shape[1]), dtype=np.float32)
        turned: Matrix = ((rows - self.mean) @ self.turn).astype(np.float32)
        return turned

    def save(self, folder: Path) -> None:
        """Writes the features as plain JSON and arrays."""
        words = {
            name: {term: int(index) for term, index in made.vocabulary_.items()}
            for name, made in self.vectorisers.items()
        }
        (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        weights = {f"idf_{name}": made.idf_ for name, made in self.vectorisers.items()}
        np.savez(folder / "features.npz", mean=self.mean, turn=self.turn, **weights)

    @classmethod
    def load(cls, folder: Path) -> Features:
        """Reads what :meth:`save` wrote."""
        words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        arrays = np.load(folder / "features.npz")
        vectorisers = {}
        for name in _VECTORISERS:
            vectorisers[name] = _vectoriser(name, vocabulary=words[name])
            vectorisers[name].idf_ = arrays[f"idf_{name}"]
        return cls(vectorisers, arrays["mean"], arrays["turn"])


def _vectoriser(name: str, **options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        sublinear_tf=True, dtype=np.float32, lowercase=False, **_VECTORISERS[name], **options
    )
