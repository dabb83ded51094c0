"""How each wish is called on a button, read once from ``data/responses/labels.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

LABELS = Path(__file__).parents[1] / "data" / "responses" / "labels.yml"
_PREFIX = "utter_label_"


class Labels:
    """Names of intents by language."""

    def __init__(self, names: Mapping[str, Mapping[str, str]]) -> None:
        self._names = names

    @classmethod
    def load(cls, path: Path = LABELS) -> Labels:
        """Returns the labels of a responses file; raises OSError or yaml.YAMLError."""
        responses = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
        return cls(
            {
                name.removeprefix(_PREFIX): {
                    variation["condition"][0]["value"]: variation["text"]
                    for variation in variations
                }
                for name, variations in responses.items()
            }
        )

    def of(self, intent: str, language: str) -> str:
        """Returns the label of an intent; raises KeyError when it has none."""
        return self._names[intent][language]

    def __contains__(self, intent: str) -> bool:
        return intent in self._names
