"""What goes with what in the demo shop: by kinds of things, which are the beginnings of SKUs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_GOES_WITH = {
    "ESP": ("BEA", "GRI", "CUP"),
    "GRI": ("BEA", "COF", "JAR"),
    "COF": ("BEA", "GRI", "CUP"),
    "BEA": ("JAR", "GRI", "CUP"),
    "KET": ("TEA", "CUP", "COF"),
    "TEA": ("CUP", "KET", "BOX"),
    "CUP": ("TEA", "BEA"),
    "POT": ("KNI", "BOA", "TOW"),
    "PAN": ("KNI", "BOA", "APR"),
    "KNI": ("BOA", "TOW"),
    "BOA": ("KNI", "TOW"),
    "BLE": ("BOX", "APR"),
    "TOA": ("CUP", "TOW"),
}


def companions(skus: Sequence[str], in_stock: Collection[str], *, most: int) -> list[str]:
    """Returns what goes with these, the nearest first: one of each kind, nothing twice."""
    kinds = [kind for sku in skus for kind in _GOES_WITH.get(sku[:3], ())]
    had = {sku[:3] for sku in skus}
    found = []
    for kind in dict.fromkeys(kind for kind in kinds if kind not in had):
        found += [sku for sku in sorted(in_stock) if sku[:3] == kind][:1]
    return found[:most]
