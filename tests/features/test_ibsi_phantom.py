"""The IBSI digital phantom: every published value and co-occurrence matrix."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from imgpipe.features import FAMILIES, catalogue, extract, glcm

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", Path(__file__).parents[3] / "shared/data"), "ibsi")
FAMILY_OF = {"intensity_statistics": "intensity", "intensity_histogram": "histogram"}
# in the manual these two share an id
NAMES_OF_1PR8 = {
    "Minimum discretised intensity": "histogram_minimum",
    "10th discretised intensity percentile": "histogram_percentile_10",
}
NO_CHOICE = "DHQ4"


def reference():
    """Rows of the families that there are."""
    path = DATA / "ibsi1_reference.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["configuration"] == "digital_phantom"]
    return [row for row in rows if FAMILY_OF.get(row["family"], row["family"]) in FAMILIES]


def half_a_digit(number):
    """Half a unit of the last digit that is printed."""
    return 0.5 * 10 ** -len(number.partition(".")[2])


@pytest.fixture(scope="module")
def phantom(request):
    if not DATA.is_dir():
        pytest.skip(f"shared data not found at {DATA.parent}; set IMGPIPE_TEST_DATA")
    with np.load(DATA / "digital_phantom.npz") as file:
        return file["image"], file["mask"]


@pytest.fixture(scope="module")
def values(phantom):
    settings = {"families": "ibsi", "aggregation": "all", "bins": None, "spacing": (2, 2, 2)}
    found = extract(*phantom, **settings)
    features = catalogue(**settings)
    assert [feature.name for feature in features] == list(found)
    return [(feature, found[feature.name]) for feature in features]


@pytest.mark.data
@pytest.mark.parametrize(
    "row", reference(), ids=lambda r: f"{r['tag']}-{r['ibsi_code']}-{r['aggregation_code']}"
)
def test_reference_value(row, values):
    """A feature of the phantom has its published value, within tolerance and printed digits."""
    family = FAMILY_OF.get(row["family"], row["family"])
    found = [
        (feature.name, value)
        for feature, value in values
        if (feature.family, feature.ibsi, feature.aggregation or NO_CHOICE)
        == (family, row["ibsi_code"], row["aggregation_code"])
    ]
    if row["ibsi_code"] == "1PR8":
        found = [item for item in found if item[0] == NAMES_OF_1PR8[row["feature"]]]
    assert len(found) == 1
    printed = row["reference_value"]
    allowed = max(float(row["tolerance"]), half_a_digit(printed))
    assert found[0][1] == pytest.approx(float(printed), abs=allowed * (1 + 1e-9), rel=0)


@pytest.mark.data
def test_reference_has_every_feature(shared_data, values):
    """Every published row of a family is tested: 18 intensity, 23 histogram, 150 GLCM."""
    rows = Counter(row["family"] for row in reference())
    assert rows["intensity_statistics"] == 18
    assert rows["intensity_histogram"] == 23
    assert rows["glcm"] == 150
    ids = Counter(feature.family for feature, _ in values if feature.ibsi)
    assert (ids["intensity"], ids["histogram"], ids["glcm"]) == (18, 23, 150)


SECTIONS = {
    "Grey level co-occurrence matrix (2D)": "BTW3",
    "Grey level co-occurrence matrix (2D, merged)": "SUJT",
    "Grey level co-occurrence matrix (3D)": "ITBB",
    "Grey level co-occurrence matrix (3D, merged)": "IAZD",
}


@pytest.mark.data
@pytest.mark.parametrize("section", SECTIONS)
def test_matrices(section, shared_data, phantom):
    """Co-occurrence matrices equal the published ones, as a multiset."""
    published: dict[str, list] = {}
    path = shared_data / "ibsi/ibsi1_digital_phantom_texture_matrices.csv"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["section"] == section:
                entry = tuple(int(float(row[key])) for key in ("v_i", "v_j", "v_n"))
                published.setdefault(row["matrix_id"], []).append(entry)
    ours = glcm.matrix(*phantom, aggregation=SECTIONS[section], bins=None)
    found = [[(int(i) + 1, int(j) + 1, int(m[i, j])) for i, j in np.argwhere(m)] for m in ours]
    assert len(published) > 0
    assert sorted(found) == sorted(sorted(entries) for entries in published.values())
