"""Letters and words are counted as scikit-learn counts them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from engine.features import Counts, vectoriser
from engine.folding import fold
from scipy.sparse import hstack

TEXTS = [
    "where is my order NT-10001",
    "где мой заказ, где он",
    "gdzie jest moja paczka",
    "refund refund refund",
]
OTHERS = ["where is my refund", "", "ё", "zupełnie coś innego 😀", "order order where order"]


def test_counts_are_those_of_scikit_learn(tmp_path: Path) -> None:
    """The quick way to one row gives the row of TfidfVectorizer, also after it was stored."""
    folded = [fold(text) for text in TEXTS]
    Counts.fit(folded).save(tmp_path)
    counts = Counts.load(tmp_path)
    made = [vectoriser(name, min_df=1).fit(folded) for name in ("letters", "words")]
    for texts in (folded, [fold(text) for text in OTHERS]):
        weighed = zip(made, (0.8, 0.6), strict=True)
        wanted = hstack([one.transform(texts) * weight for one, weight in weighed])
        given = counts.rows(texts)
        np.testing.assert_allclose(given.toarray(), wanted.toarray(), rtol=1e-5, atol=1e-7)
