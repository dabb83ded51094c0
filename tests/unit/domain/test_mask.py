"""Masked values: recognised by who knows them, of no use to who does not."""

from __future__ import annotations

import pytest

from nitka.domain.mask import masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ola@example.com", "o•••@example.com"),
        ("+48600100200", "•••200"),
        ("770011223", "•••223"),
        ("U012ABC", "•••"),
        ("@example.com", "•••com"),
        ("", "•••"),
    ],
)
def test_what_is_shown(value: str, shown: str) -> None:
    """The first letter and the host of an e-mail address; the end of anything else that is long."""
    assert masked(value) == shown
