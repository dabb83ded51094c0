"""Kernel ridge regression, one against all: every training message has a say, the near ones more.

The kernel is a bell curve over the distance of meanings, plus the likeness of letters and words.
The second part is linear, so it becomes one plane per intent; the first stays a sum over the
training messages. Trained in one exact solution, without epochs or chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.sparse import csr_matrix

from engine.features import Matrix

_TEMPERATURES = np.geomspace(0.5, 30.0, 50)
_HELD_BACK = 0.15
_FIRST = 9_000  # messages that the temperature is fitted with at most; the cost is their cube
_LEAST_FOR_FITTING = 200
DEFAULT_TEMPERATURE = 8.0


@dataclass(frozen=True)
class Shape:
    """How far a message's say reaches, how much letters weigh, how closely data is followed."""

    reach: float
    letters: float
    smoothness: float


@dataclass
class KernelMachine:
    """A trained machine; scores become confidences by a softmax with its temperature."""

    shape: Shape
    intents: list[str]
    known: Matrix  # (training messages, directions)
    say: Matrix  # (training messages, intents)
    planes: npt.NDArray[np.floating[Any]]  # (letters and words, intents); stored, half as precise
    temperature: float

    @classmethod
    def fit(
        cls,
        counts: csr_matrix,
        meaning: Matrix,
        intents: list[str],
        shape: Shape,
        *,
        temperature: float | None = None,
    ) -> KernelMachine:
        """Returns a machine trained on all messages.

        Without a ``temperature`` it is fitted on messages that are held back for it.
        """
        if temperature is None:
            temperature = cls._fitting_temperature(counts, meaning, intents, shape)
        machine = cls._solve(counts, meaning, intents, shape)
        machine.temperature = temperature
        return machine

    @classmethod
    def _fitting_temperature(
        cls, counts: csr_matrix, meaning: Matrix, intents: list[str], shape: Shape
    ) -> float:
        if len(intents) < _LEAST_FOR_FITTING:
            return DEFAULT_TEMPERATURE
        mixed = np.random.default_rng(0).permutation(len(intents))
        back = mixed[: int(len(intents) * _HELD_BACK)]
        there = mixed[len(back) :][:_FIRST]
        first = cls._solve(counts[there], meaning[there], [intents[i] for i in there], shape)
        return first._best_temperature(counts[back], meaning[back], [intents[i] for i in back])

    @classmethod
    def _solve(
        cls, counts: csr_matrix, meaning: Matrix, intents: list[str], shape: Shape
    ) -> KernelMachine:
        names = sorted(set(intents))
        wanted = np.where(np.array(intents)[:, None] == np.array(names)[None], 1, -1)
        kernel = _bells(meaning, meaning, shape.reach, _squares(meaning))
        for start in range(0, len(intents), 1_000):
            likeness = (counts[start : start + 1_000] @ counts.T).toarray()
            kernel[start : start + 1_000] += shape.letters * likeness
        kernel[np.diag_indices_from(kernel)] += shape.smoothness
        factor = scipy.linalg.cho_factor(kernel.T, overwrite_a=True, check_finite=False)
        say = scipy.linalg.cho_solve(factor, wanted.astype(np.float32), check_finite=False)
        planes = np.asarray(shape.letters * (counts.T @ say), dtype=np.float32)
        return cls(shape, names, meaning, say, planes, DEFAULT_TEMPERATURE)

    def _best_temperature(self, counts: csr_matrix, meaning: Matrix, intents: list[str]) -> float:
        index = {name: number for number, name in enumerate(self.intents)}
        told = [number for number, name in enumerate(intents) if name in index]
        scores = self.scores(counts[told], meaning[told])
        rows, right = np.arange(len(told)), [index[intents[number]] for number in told]
        losses = [
            -np.log(np.maximum(_softmax(scores * one)[rows, right], 1e-9)).mean()
            for one in _TEMPERATURES
        ]
        return float(_TEMPERATURES[int(np.argmin(losses))])

    @cached_property
    def _lengths(self) -> Matrix:
        return _squares(self.known)

    def scores(self, counts: csr_matrix, meaning: Matrix) -> Matrix:
        """Returns one row per message: about 1 for the intent meant, about -1 for the others."""
        scores: Matrix = _bells(meaning, self.known, self.shape.reach, self._lengths) @ self.say
        return scores + _on_planes(counts, self.planes)

    def confidences(self, counts: csr_matrix, meaning: Matrix) -> Matrix:
        """Returns one row per message: a confidence per intent, adding up to 1."""
        return _softmax(self.scores(counts, meaning) * self.temperature)

    @classmethod
    def load(cls, file: Path, shape: Shape) -> KernelMachine:
        """Reads what :meth:`save` wrote."""
        arrays = np.load(file)
        return cls(
            shape,
            [str(name) for name in arrays["intents"]],
            arrays["known"].astype(np.float32),
            arrays["say"],
            arrays["planes"],
            float(arrays["temperature"]),
        )

    def save(self, file: Path) -> None:
        """Writes the machine; what is large in half precision."""
        np.savez_compressed(
            file,
            intents=np.array(self.intents),
            known=self.known.astype(np.float16),
            say=self.say,
            planes=self.planes.astype(np.float16),
            temperature=self.temperature,
        )


def _bells(here: Matrix, there: Matrix, reach: float, lengths: Matrix) -> Matrix:
    """Returns exp(-reach * squared distance), made in place: training needs it large.

    ``lengths`` are the squared lengths of ``there``.
    """
    bells: Matrix = here @ there.T
    bells *= 2.0
    bells -= _squares(here)[:, None]
    bells -= lengths[None]
    bells *= reach
    return np.exp(bells, out=bells)


def _on_planes(counts: csr_matrix, planes: npt.NDArray[np.floating[Any]]) -> Matrix:
    """Returns ``counts @ planes``; only the lines that are needed of the planes are widened."""
    scores = np.zeros((counts.shape[0], planes.shape[1]), dtype=np.float32)
    for score, start, end in zip(scores, counts.indptr, counts.indptr[1:], strict=False):
        score[:] = counts.data[start:end] @ planes[counts.indices[start:end]].astype(np.float32)
    return scores


def _squares(rows: Matrix) -> Matrix:
    squares: Matrix = np.einsum("ij,ij->i", rows, rows)
    return squares


def _softmax(values: Matrix) -> Matrix:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares
