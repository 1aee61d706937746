"""The catalogue page holds every feature, and the page in docs is the one that is built."""

from pathlib import Path

from imgpipe.features import FAMILIES, catalogue
from imgpipe.features.catalogue_page.formulas import SYMBOLS, base_name, formula_of
from imgpipe.features.catalogue_page.page import page
from imgpipe.features.catalogue_page.peers import PEER_NAMES

PATTERNS = {"lbp", "hog"}  # shares of patterns, described in words
PAGE = Path(__file__).parents[3] / "docs/features.md"


def every_feature():
    for name, family in FAMILIES.items():
        for ndim in (2, 3) if family.volumes else (2,):
            yield from catalogue(name, "all", ndim=ndim, distance=(1, 2))


def test_every_feature_has_a_row_and_a_formula():
    """No name, id or formula is missing on the page."""
    text = page()
    for feature in every_feature():
        if feature.family not in PATTERNS:
            assert f"| `{base_name(feature)}` | {feature.ibsi or ''} |" in text
            assert formula_of(feature)
    assert set(SYMBOLS) == set(FAMILIES) - PATTERNS


def test_every_standard_feature_of_a_volume_has_its_peers():
    """Each feature of IBSI has MIRP's name, and no name is given twice."""
    names = {base_name(f) for f in catalogue("ibsi", ndim=3)}
    assert names == set(PEER_NAMES)
    mirp = [m for _, m in PEER_NAMES.values()]
    pyradiomics = [p for p, _ in PEER_NAMES.values() if p]
    assert len(set(mirp)) == len(mirp)
    assert len(set(pyradiomics)) == len(pyradiomics) == 105


def test_page_in_docs_is_built_from_the_registry():
    """`make docs` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == page()
