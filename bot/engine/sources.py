"""Where a model's sources stand: bot/ for the engine, data/ for what it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NOT_TRAINED_ON = "tests"


@dataclass(frozen=True)
class Sources:
    """The files that one model is made of."""

    config: Path
    domain: tuple[Path, ...]
    training: tuple[Path, ...]

    @classmethod
    def at(cls, root: Path) -> Sources:
        """Returns the sources under ``root``: bot/config.yml, bot/domain, data/*.

        Domain files are bot/domain/*.yml and data/responses/**/*.yml. Training files are
        data/nlu, data/rules and data/stories; data/tests never. Raises FileNotFoundError
        naming what is missing.
        """
        config = root / "bot" / "config.yml"
        if not config.is_file():
            raise FileNotFoundError(f"{config} does not exist.")
        domain = _yaml(root / "bot" / "domain") + _yaml(root / "data" / "responses")
        training = tuple(
            file for name in ("nlu", "rules", "stories") for file in _yaml(root / "data" / name)
        )
        for what, files in (("domain", domain), ("training", training)):
            if not files:
                raise FileNotFoundError(f"There are no {what} files under {root}.")
        return cls(config=config, domain=domain, training=training)


def _yaml(folder: Path) -> tuple[Path, ...]:
    found = [*folder.rglob("*.yml"), *folder.rglob("*.yaml")]
    return tuple(sorted(file for file in found if NOT_TRAINED_ON not in file.parts[-3:-1]))
