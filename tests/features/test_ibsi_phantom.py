"""The IBSI digital phantom: every published value and texture matrix."""

import csv
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from imgpipe.features import (
    FAMILIES,
    catalogue,
    extract,
    glcm,
    gldzm,
    glrlm,
    glszm,
    ngldm,
    ngtdm,
)

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", Path(__file__).parents[3] / "shared/data"), "ibsi")
FAMILY_OF = {"intensity_statistics": "intensity", "intensity_histogram": "histogram"}
# in the manual two features share each of these ids
NAMES_OF_SHARED_IDS = {
    "Minimum discretised intensity": "histogram_minimum",
    "10th discretised intensity percentile": "histogram_percentile_10",
    "Volume at intensity fraction (10%)": "ivh_volume_at_intensity_fraction_10",
    "Volume at intensity fraction (90%)": "ivh_volume_at_intensity_fraction_90",
    "Intensity at volume fraction (10%)": "ivh_intensity_at_volume_fraction_10",
    "Intensity at volume fraction (90%)": "ivh_intensity_at_volume_fraction_90",
}
# the table leaves this id out
MISSING_ID = {"Small zone emphasis": "5QRC"}
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
    """Half a unit of the third significant digit, the last that is published."""
    return 0.5 * 10 ** (math.floor(math.log10(abs(number))) - 2) if number else 0.0


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
        == (family, row["ibsi_code"] or MISSING_ID[row["feature"]], row["aggregation_code"])
    ]
    if row["feature"] in NAMES_OF_SHARED_IDS:
        found = [item for item in found if item[0] == NAMES_OF_SHARED_IDS[row["feature"]]]
    assert len(found) == 1
    expected = float(row["reference_value"])
    allowed = max(float(row["tolerance"]), half_a_digit(expected))
    assert found[0][1] == pytest.approx(expected, abs=allowed * (1 + 1e-9), rel=0)


@pytest.mark.data
def test_reference_has_every_feature(shared_data, values):
    """Every published row is tested, 482 in all, and every feature of a volume has its row."""
    rows = Counter(FAMILY_OF.get(row["family"], row["family"]) for row in reference())
    assert sum(rows.values()) == 482
    assert rows == Counter(feature.family for feature, _ in values)


GRAY_PAIRS, RUNS, ZONES, DISTANCES, ALIKE = (
    ("v_i", "v_j", "v_n"),
    ("v_i", "v_r", "v_n"),
    ("v_i", "v_s", "v_n"),
    ("v_i", "v_d", "v_n"),
    ("v_i", "v_j", "v_s"),
)
SECTIONS = {
    "Grey level co-occurrence matrix (2D)": (glcm, "BTW3", GRAY_PAIRS),
    "Grey level co-occurrence matrix (2D, merged)": (glcm, "SUJT", GRAY_PAIRS),
    "Grey level co-occurrence matrix (3D)": (glcm, "ITBB", GRAY_PAIRS),
    "Grey level co-occurrence matrix (3D, merged)": (glcm, "IAZD", GRAY_PAIRS),
    "Grey level run length matrix (2D)": (glrlm, "BTW3", RUNS),
    "Grey level run length matrix (2D, merged)": (glrlm, "SUJT", RUNS),
    "Grey level run length matrix (3D)": (glrlm, "ITBB", RUNS),
    "Grey level run length matrix (3D, merged)": (glrlm, "IAZD", RUNS),
    "Grey level size zone matrix (2D)": (glszm, "8QNN", ZONES),
    "Grey level size zone matrix (3D)": (glszm, "KOBO", ZONES),
    "Grey level distance zone matrix (2D)": (gldzm, "8QNN", DISTANCES),
    "Grey level distance zone matrix (3D)": (gldzm, "KOBO", DISTANCES),
    "Neighbouring grey level dependence matrix (2D)": (ngldm, "8QNN", ALIKE),
    "Neighbouring grey level dependence matrix (3D)": (ngldm, "KOBO", ALIKE),
}
DIFFERENCES = {
    "Neighbourhood grey tone difference matrix (2D)": "8QNN",
    "Neighbourhood grey tone difference matrix (3D)": "KOBO",
}


def published(folder, section, keys):
    """Entries of each matrix of a section."""
    found: dict[str, list] = {}
    path = folder / "ibsi/ibsi1_digital_phantom_texture_matrices.csv"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["section"] == section:
                entry = tuple(float(row[key]) for key in keys)
                found.setdefault(row["matrix_id"], []).append(entry)
    assert len(found) > 0
    return sorted(sorted(entries) for entries in found.values())


@pytest.mark.data
@pytest.mark.parametrize("section", SECTIONS)
def test_matrices(section, shared_data, phantom):
    """Matrices equal the published ones, as a multiset."""
    family, code, keys = SECTIONS[section]
    ours = family.matrix(*phantom, aggregation=code, bins=None)
    found = [[(i + 1, j + 1, m[i, j]) for i, j in np.argwhere(m)] for m in ours]
    assert sorted(found) == published(shared_data, section, keys)


@pytest.mark.data
@pytest.mark.parametrize("section", DIFFERENCES)
def test_difference_matrices(section, shared_data, phantom):
    """Numbers and sums of differences of each gray level equal the published ones."""
    ours = ngtdm.matrix(*phantom, aggregation=DIFFERENCES[section], bins=None)
    found = sorted([(i + 1, *m[i, [0, 2]]) for i in np.flatnonzero(m[:, 0])] for m in ours)
    expected = published(shared_data, section, ("v_i", "v_n", "v_s"))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert np.array(one) == pytest.approx(np.array(other), abs=1e-6)


@pytest.mark.data
def test_every_section_is_compared(shared_data):
    """No published matrix is left out."""
    path = shared_data / "ibsi/ibsi1_digital_phantom_texture_matrices.csv"
    with path.open(newline="", encoding="utf-8") as file:
        sections = {row["section"] for row in csv.DictReader(file)}
    assert sections == {*SECTIONS, *DIFFERENCES}
