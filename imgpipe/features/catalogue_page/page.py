"""The catalogue of features as a page of Markdown, built from the registry.

Run ``python -m imgpipe.features.catalogue_page.page FILE`` to write it.
"""

import sys
from pathlib import Path

from imgpipe.features.extraction import catalogue
from imgpipe.features.family import AGGREGATIONS, Family, Feature
from imgpipe.features.registry import FAMILIES

_HEAD = """\
# Features

Built from the registry by `make docs`; do not edit.

`imgpipe.features.catalogue()` gives the same as data. A name that ends in an IBSI code tells its
aggregation, one that ends in `_d2` its distance, one that ends in `_c0` its colour channel. Where
`aggregation="default"` is left, the name has no code. `intensity` in a unit stands for the unit of
the pixels.

| code | aggregation |
|---|---|
"""
_PEERS = """\

PyRadiomics' names stand without the image type in front (`original_`), MIRP's without aggregation
and discretisation behind. PyRadiomics reports kurtosis 3 higher than IBSI.
"""
_COLUMNS = (
    "| name | IBSI | unit | formula | what it tells | PyRadiomics | MIRP |\n" + "|---" * 7 + "|"
)


def page() -> str:
    """Give the whole page."""
    codes = "".join(f"| {code} | {words} |\n" for code, words in AGGREGATIONS.items())
    parts = [_HEAD + codes + _PEERS, *(_section(FAMILIES[name]) for name in FAMILIES.own)]
    return "\n".join(parts)


def _section(family: Family) -> str:
    """Describe one family: aggregations, symbols, features of a volume, then of an image."""
    deep = _features(family, 3) if family.volumes else []
    known = {_row(feature) for feature in deep}
    flat = [f for f in _features(family, 2) if _row(f) not in known]
    codes = [f.aggregation for f in [*deep, *flat] if f.aggregation]
    lines = [f"## {family.title} (`{family.name}`)", ""]
    if codes:
        lines += [f"Aggregations: {', '.join(dict.fromkeys(codes))}.", ""]
    if family.symbols:
        lines += [family.symbols, ""]
    for title, features in (("", deep), ("For an image, where it differs:" if deep else "", flat)):
        rows = list(dict.fromkeys(_row(feature) for feature in features))
        if len(rows) > 3 and not family.symbols:
            # shares of patterns, which differ by a number only
            rows = [*rows[:2], f"| ... {len(rows)} in all |" + " |" * 6, rows[-1]]
        if rows:
            lines += [title, ""] if title else []
            lines += [_COLUMNS, *rows, ""]
    return "\n".join(lines)


def _features(family: Family, ndim: int) -> list[Feature]:
    """All aggregations of a family."""
    return catalogue(family.name, "all", ndim=ndim)


def _row(feature: Feature) -> str:
    cells = (f"`{feature.base_name}`", feature.ibsi or "", feature.unit, feature.formula,
             feature.description, feature.pyradiomics or "", feature.mirp or "")  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")
