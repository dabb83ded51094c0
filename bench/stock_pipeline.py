"""A model of the pipeline and policies that `rasa init` chooses, trained on the same data.

Our fact extractor stays in it, because the forms need order numbers and nothing in the data marks
them by hand. `EPOCHS` passes over the data instead of a hundred: on nineteen thousand messages each
takes minutes, and the accuracy on them has stopped growing by then (docs/understanding.md). What a
turn costs does not depend on it. The model is kept under `var/bench` by what it is trained on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nitka.settings import ROOT
from nitka.up.model import engine_python

EPOCHS = int(os.environ.get("EPOCHS", "15"))
_CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "stock",
    "language": "xx",
    "pipeline": [
        {"name": "engine.entities.FactExtractor"},
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb",
            "min_ngram": 1,
            "max_ngram": 4,
        },
        {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
    "policies": [
        {"name": "MemoizationPolicy"},
        {
            "name": "RulePolicy",
            "core_fallback_threshold": 0.3,
            "core_fallback_action_name": "action_default_fallback",
            "enable_fallback_prediction": True,
        },
        {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
        {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS, "constrain_similarities": True},
    ],
}


_LEARNT_FROM = ("bot/domain", "data/responses", "data/nlu", "data/rules", "data/stories")


def model() -> Path:
    """Give the place of the model for the present data, whether it is there or not."""
    total = hashlib.sha256(json.dumps(_CONFIG).encode())
    for folder in _LEARNT_FROM:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            total.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return ROOT / "var" / "bench" / f"stock-{total.hexdigest()[:12]}.tar.gz"


def train() -> Path:
    """Train it unless it is there; takes tens of minutes on two cores."""
    path = model()
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "config.yml").write_text(json.dumps(_CONFIG), encoding="utf-8")
        _copy(ROOT / "bot" / "domain", folder / "domain" / "bot")
        _copy(ROOT / "data" / "responses", folder / "domain" / "responses")
        for name in ("nlu", "rules", "stories"):
            _copy(ROOT / "data" / name, folder / "data" / name)
        command = [
            *(str(engine_python()), "-m", "rasa", "train", "--config", "config.yml"),
            *("--domain", "domain", "--data", "data", "--out", "."),
            *("--fixed-model-name", "stock"),
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "bot"),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_MAX_CACHE_SIZE": "0",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr)
        shutil.move(folder / "stock.tar.gz", path)
    return path


def _copy(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copytree(source, target)


if __name__ == "__main__":
    print(train())
