"""Wrong sources are told by file and line, before anything is trained from them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import MINI
from engine.encoder import RememberingEncoder, Rows
from engine.folding import fold
from engine.sources import Sources
from engine.train import CannotTrain, train
from engine.validate import check, main

CASES = [
    ("data/nlu/all.yml", "- hi\n", "- hi\n    - thanks\n", "'thanks' is"),
    ("data/nlu/all.yml", "intent: thanks", "intent: thankz", "no intent 'thankz'"),
    ("data/nlu/all.yml", "- hi\n", "- hi [you](person)\n", "no entity 'person'"),
    ("data/nlu/all.yml", "- hi\n", "- /greet\n", "must not begin with '/'"),
    ("data/nlu/all.yml", "nlu:", "nlu: [", "not YAML"),
    ("data/rules/all.yml", "action: utter_thanks", "action: utter_thx", "no action 'utter_thx'"),
    ("data/rules/all.yml", "active_loop: order_form", "active_loop: no_form", "no form 'no_form'"),
    ("data/responses/all.yml", "value: pl", "value: en", "lacks pl"),
    ("data/responses/all.yml", "channel: telegram", "channel: fax", "unknown channel 'fax'"),
    ("data/responses/all.yml", '"/order_status"', '"/gone"', "no such intent 'gone'"),
    ("bot/domain/domain.yml", "[order_number, contact]", "[order_number, x]", "slot 'x'"),
]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the small bot's sources."""
    shutil.copytree(MINI, tmp_path / "bot", dirs_exist_ok=True)
    return tmp_path / "bot"


def test_good_sources_have_no_problems() -> None:
    """The small bot is as it should be."""
    assert check(Sources.at(MINI)) == []


@pytest.mark.parametrize(("file", "good", "bad", "said"), CASES)
def test_wrong_source_is_told(copied: Path, file: str, good: str, bad: str, said: str) -> None:
    """Every kind of mistake is found, named with its file and line, and fatal."""
    path = copied / file
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), "utf-8")
    problems = [problem for problem in check(Sources.at(copied)) if said in problem.message]
    assert problems, check(Sources.at(copied))
    assert problems[0].fatal
    assert str(problems[0]).startswith(f"{path}:")
    assert main(["--root", str(copied)]) == 1


def test_training_stops_before_rasa_starts(copied: Path, tmp_path: Path) -> None:
    """What cannot be trained from gives no model, and the reason names the line."""
    path = copied / "data" / "nlu" / "all.yml"
    path.write_text(path.read_text("utf-8").replace("intent: thanks", "intent: nope"), "utf-8")
    with pytest.raises(CannotTrain, match=r"all\.yml:\d+: The domain has no intent 'nope'"):
        train(copied, tmp_path / "model.tar.gz")
    assert not list(tmp_path.glob("*.tar.gz"))


def test_test_data_is_never_trained_on(copied: Path) -> None:
    """Files under data/tests are not among the training files."""
    (copied / "data" / "nlu" / "tests").mkdir()
    (copied / "data" / "nlu" / "tests" / "en.yml").write_text("nlu: []", "utf-8")
    assert all("tests" not in file.parts[-3:] for file in Sources.at(copied).training)


class CountingEncoder:
    """An encoder that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Rows:
        """Returns a row by the text's length."""
        self.asked.extend(texts)
        return np.array([[len(text)] * 384 for text in texts], dtype=np.float32)


def test_texts_are_encoded_once(tmp_path: Path) -> None:
    """Rows are remembered within a process, and from one training to the next."""
    first = CountingEncoder()
    encoder = RememberingEncoder(first)
    rows = encoder.encode(["a", "bb", "a"])
    assert rows[:, 0].tolist() == [1.0, 2.0, 1.0]
    encoder.encode(["bb"])
    assert first.asked == ["a", "bb"]
    encoder.store(tmp_path / "rows.npz")
    second = CountingEncoder()
    again = RememberingEncoder(second)
    again.recall(tmp_path / "rows.npz", lambda _done, _all: None)
    assert again.encode(["bb", "ccc"])[:, 0].tolist() == [2.0, 3.0]
    assert second.asked == ["ccc"]


def test_rows_that_cannot_be_read_are_made_again(tmp_path: Path) -> None:
    """A broken file of rows is as good as none."""
    (tmp_path / "rows.npz").write_bytes(b"rubbish")
    encoder = RememberingEncoder(CountingEncoder())
    encoder.recall(tmp_path / "rows.npz", lambda _done, _all: None)
    assert encoder.encode(["a"]).shape == (1, 384)


def test_russian_in_latin_letters_folds_together() -> None:
    """The same words in both alphabets are written down alike."""
    assert fold("Где мой заказ 10234?") == fold("gde moj zakaz 99999?")
    assert fold("zażółć") == "zazolc"
