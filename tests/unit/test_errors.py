"""The error tree: drawn as it is, and nothing in it without a use."""

from __future__ import annotations

import ast
import inspect
from itertools import takewhile
from pathlib import Path

import pytest

from nitka import errors
from nitka.errors import NitkaError, SendFault
from nitka.settings import ROOT

_CLASSES = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, NitkaError)
}
_SOURCES = [
    path
    for folder in ("nitka", "connectors")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(errors.__file__)
]


def _drawn() -> dict[str, str | None]:
    """Read the tree in the module's docstring: each class with the one it stands below."""
    drawn: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if not line.startswith(("NitkaError", "│", "├", "└")):
            continue
        indent = len(list(takewhile(lambda letter: letter in "│├└─ ", line)))
        name = line[indent:].split()[0]
        above = [(depth, other) for depth, other in above if depth < indent]
        drawn[name] = above[-1][1] if above else None
        above.append((indent, name))
    return drawn


def test_the_tree_is_drawn_as_it_is() -> None:
    """Every class stands in the docstring, below its base."""
    real = {name: kind.__base__.__name__ for name, kind in _CLASSES.items() if kind.__base__}
    assert _drawn() == {**real, "NitkaError": None}


def _names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("name", sorted(_CLASSES))
def test_every_error_is_used(name: str) -> None:
    """What nobody raises or catches is not in the tree."""
    assert any(name in _names(path) for path in _SOURCES)


@pytest.mark.parametrize("fault", list(SendFault))
def test_every_reason_for_not_sending_is_used(fault: SendFault) -> None:
    """The list is closed, and has nothing that no channel gives."""
    assert any(fault.name in _names(path) for path in _SOURCES)
