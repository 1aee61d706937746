"""The catalogue page holds every feature, and the page in docs is the one that is built."""

from pathlib import Path

import pytest

from imgpipe.features import FAMILIES, catalogue
from imgpipe.features.catalogue_page.page import page

PAGE = Path(__file__).parents[3] / "docs/features.md"


@pytest.mark.parametrize("name", FAMILIES)
def test_every_feature_has_a_row_and_a_formula(name):
    """No name, id or formula is missing on the page; only shares of patterns have no formula."""
    text = page()
    family = FAMILIES[name]
    assert family.symbols or not family.ibsi
    for ndim in (2, 3) if family.volumes else (2,):
        for feature in catalogue(name, "all", ndim=ndim, distance=(1, 2)):
            assert bool(feature.formula) == bool(family.symbols)
            if family.symbols:
                assert f"| `{feature.base_name}` | {feature.ibsi or ''} |" in text


def test_every_standard_feature_of_a_volume_has_its_peers():
    """Each feature of IBSI has MIRP's name, and no name is given twice."""
    features = {f.base_name: f for f in catalogue("ibsi", ndim=3)}.values()
    mirp = [f.mirp for f in features]
    pyradiomics = [f.pyradiomics for f in features if f.pyradiomics]
    assert all(mirp)
    assert len(set(mirp)) == len(mirp)
    assert len(set(pyradiomics)) == len(pyradiomics) == 105


def test_base_names_leave_aggregation_distance_and_channel_out():
    """A feature's base name is its name under the default settings of a gray image."""
    plain = {f.name for ndim in (2, 3) for f in catalogue("all", ndim=ndim)}
    settings = {"distance": (2, 3), "channel_axis": -1, "ndim": 3}
    names = {f.base_name for f in catalogue("all", "all", **settings)}
    assert names < plain


def test_page_in_docs_is_built_from_the_registry():
    """`make docs` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == page()
