"""The page on settings holds every setting, and the page in docs is the one that is built."""

import inspect
from pathlib import Path

import pytest
import yaml

from imgpipe import InputError
from imgpipe.cli import VERBS
from imgpipe.features import catalogue, extract, read_settings
from imgpipe.features.catalogue_page.pyradiomics import CLASSES, SETTINGS
from imgpipe.features.catalogue_page.settings import TERMS, page
from imgpipe.features.inputs.entries import BY_KEY

PAGE = Path(__file__).parents[3] / "docs/settings.md"
# of a parameter file: imageType, featureClass and setting, as its documentation shows it
PARAMETERS = {
    "imageType": {"Original": {}, "LoG": {"sigma": [1.0, 3.0]}},
    "featureClass": {"glcm": None, "firstorder": ["Mean"]},
    "setting": {"binWidth": 25, "resampledPixelSpacing": None, "label": 1},
}


def test_page_in_docs_is_built_from_the_registry() -> None:
    """`make docs` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_setting_has_a_row_and_every_option_is_there() -> None:
    """Keys are those of a file and of `extract`; options are those of the verb."""
    known = set(inspect.signature(extract).parameters) - {"image", "mask", "morphological_mask"}
    assert set(TERMS) == set(BY_KEY) == known | {"region"}
    options = {name for option in VERBS["extract"].params for name in option.opts}
    for key, (named, _) in TERMS.items():
        assert f"| `{key}` |" in page()
        assert set(named.split(", ")) <= options


def test_every_name_that_peers_share_has_a_row() -> None:
    """PyRadiomics' name, ours and the IBSI id stand beside one another."""
    text = page()
    shared = {f.pyradiomics: f for n in (2, 3) for f in catalogue("all", ndim=n) if f.pyradiomics}
    assert len(shared) == 105
    for name, feature in shared.items():
        assert f"| `{name}` | `{feature.base_name}` | {feature.ibsi or ''} |" in text
        assert name.partition("_")[0] in CLASSES


def test_a_file_of_pyradiomics_is_pointed_here(tmp_path: Path) -> None:
    """It is not translated, and each of its settings has a line on the page."""
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(PARAMETERS))
    with pytest.raises(
        InputError, match=r"parameter file of PyRadiomics.*docs/from_pyradiomics\.md"
    ):
        read_settings(path)
    for name in (*SETTINGS, *CLASSES):
        assert f"| `{name}` |" in page()
