"""PET in standardised uptake values by body weight, where the tags allow it."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from dicom_files import RAMP, item, make
from series_files import save_series

from imgpipe.images import Window, read, read_series

HALF_LIFE, DOSE, WEIGHT = 6588.0, 4.0e8, 66.0
WAITED = 3600 + 30 * 60.0  # seconds from injection to scan


def tags(drug: dict | None = None, **changed: Any) -> dict[str, Any]:
    """Of an FDG scan at 11:30 after an injection at 10:00, the dose told for the injection."""
    given = {"RadionuclideTotalDose": DOSE, "RadionuclideHalfLife": HALF_LIFE,
             "RadiopharmaceuticalStartTime": "100000.00", **(drug or {})}  # fmt: skip
    return {
        "Modality": "PT", "Units": "BQML", "CorrectedImage": ["DECY", "ATTN"],
        "DecayCorrection": "START", "PatientWeight": WEIGHT, "SeriesDate": "20001004",
        "SeriesTime": "113000.00", "AcquisitionDate": "20001004", "AcquisitionTime": "113500",
        "RescaleSlope": "0.5", "RescaleIntercept": 0,
        "RadiopharmaceuticalInformationSequence": [item(**given)], **changed,
    }  # fmt: skip


LEFT = DOSE * 0.5 ** (WAITED / HALF_LIFE)


@pytest.mark.parametrize(
    ("changed", "drug", "left"),
    [
        ({}, {}, LEFT),
        ({"DecayCorrection": "ADMIN"}, {}, DOSE),
        ({"DecayCorrection": "NONE", "CorrectedImage": "ATTN"}, {},
         DOSE * 0.5 ** ((WAITED + 300) / HALF_LIFE)),
        ({}, {"RadiopharmaceuticalStartDateTime": "20001004110000.0+0200"},
         DOSE * 0.5 ** (1800 / HALF_LIFE)),
        # past midnight
        ({"SeriesTime": "003000", "AcquisitionTime": "003000"},
         {"RadiopharmaceuticalStartTime": "230000"}, LEFT),
        # a processed series of GE, whose scan began earlier
        ({"SeriesTime": "150000", "add": [(0x00090010, "LO", "GEMS_PETD_01"),
                                          (0x0009100D, "DT", "20001004113000.00")]}, {}, LEFT),
    ],
)  # fmt: skip
def test_by_hand(tmp_path: Path, changed: dict, drug: dict, left: float) -> None:
    """Bq/ml times weight in g over the dose that is left."""
    image = read(make(tmp_path / "x.dcm", **tags(drug, **changed)))
    np.testing.assert_allclose(image.pixels, RAMP * 0.5 * WEIGHT * 1000 / left, rtol=1e-12)
    assert image.unit == "SUV"
    assert image.warnings[0].startswith(f"Bq/ml as SUV by body weight: 66 kg, {left / 1e6:.4g} MBq")


@pytest.mark.parametrize(
    ("changed", "drug", "why"),
    [
        ({"PatientWeight": None}, {}, "its PatientWeight is missing"),
        ({"PatientWeight": 0}, {}, "its PatientWeight is missing or none"),
        ({"DecayCorrection": ""}, {}, "its DecayCorrection is -"),
        ({"CorrectedImage": ["DECY"]}, {}, "CorrectedImage lacks ATTN"),
        ({"CorrectedImage": ["ATTN", "NORM"]}, {}, "CorrectedImage lacks DECY"),
        ({"RadiopharmaceuticalInformationSequence": []}, {}, "InformationSequence is missing"),
        ({"SeriesTime": "150000"}, {}, "its SeriesTime is later"),
        ({"AcquisitionTime": ""}, {}, "AcquisitionTime is missing"),
        ({}, {"RadionuclideTotalDose": 400}, "RadionuclideTotalDose 400 is no dose in Bq"),
        ({}, {"RadionuclideHalfLife": None}, "its RadionuclideHalfLife is missing"),
        ({}, {"RadiopharmaceuticalStartTime": ""}, "RadiopharmaceuticalStartTime is missing"),
        ({}, {"RadiopharmaceuticalStartDateTime": "20001001100000"}, "injected 73.5 hours before"),
        ({}, {"RadiopharmaceuticalStartDateTime": "20001004120000"}, "injected -0.5 hours before"),
    ],
)
def test_why_there_is_none(tmp_path: Path, changed: dict, drug: dict, why: str) -> None:
    """Where a tag is missing or impossible, values stay in Bq/ml, and it is named."""
    image = read(make(tmp_path / "x.dcm", **tags(drug, **changed)))
    np.testing.assert_allclose(image.pixels, RAMP * 0.5)
    assert image.unit == "Bq/ml"
    assert image.warnings[0].startswith("no SUV, values are as stored (Bq/ml): ")
    assert why in image.warnings[0]


def test_other_units(tmp_path: Path) -> None:
    """SUV stays SUV, counts take the scanner's factor where there is one."""
    ready = read(make(tmp_path / "a.dcm", **tags(Units="GML")))
    assert (ready.unit, ready.pixels[0, 2], ready.warnings) == ("SUV", 1.0, ())
    assert read(make(tmp_path / "b.dcm", **tags(Units="GML", SUVType="LBM"))).unit == "SUV LBM"
    counts = read(make(tmp_path / "c.dcm", **tags(Units="CNTS")))
    assert (counts.unit, counts.pixels[0, 2]) == ("CNTS", 1.0)
    assert "counts without the scanner's factor" in counts.warnings[0]
    own = [(0x70530010, "LO", "Philips PET Private Group"), (0x70531000, "DS", "0.25")]
    philips = read(make(tmp_path / "d.dcm", **tags(Units="CNTS", add=own)))
    assert (philips.unit, philips.pixels[0, 2]) == ("SUV", 0.25)
    own = [own[0], (0x70531009, "DS", "2000")]
    philips = read(make(tmp_path / "e.dcm", **tags(Units="CNTS", add=own)))
    assert philips.pixels[0, 2] == pytest.approx(2000 * WEIGHT * 1000 / LEFT)


def test_windows_follow(tmp_path: Path) -> None:
    """A window in Bq/ml becomes one in SUV that shows the same."""
    path = make(tmp_path / "x.dcm", **tags(WindowCenter=3.5, WindowWidth=5))
    factor = WEIGHT * 1000 / LEFT
    assert read(path).windows == (Window(3 * factor, 4 * factor, "linear_exact"),)


def test_a_series_has_one_factor(tmp_path: Path) -> None:
    """Slices of two times of correction stay in Bq/ml; those of one become SUV."""
    values = np.stack([RAMP, RAMP])
    folder = save_series(tmp_path, values, (0, 2), **tags())
    found = read_series(folder).image
    np.testing.assert_allclose(found.pixels, values * 0.5 * WEIGHT * 1000 / LEFT, rtol=1e-12)
    assert found.unit == "SUV"
    dataset = pydicom.dcmread(folder / "001.dcm")
    for time in ("112500", "150000"):
        dataset.SeriesTime = time
        dataset.save_as(folder / "001.dcm")
        found = read_series(folder).image
        np.testing.assert_allclose(found.pixels, values * 0.5)
        assert found.unit == "Bq/ml"
        assert "slices of the series were corrected to different times" in found.warnings[0]


@pytest.mark.data
def test_a_real_scan(shared_data: Path, tmp_path: Path) -> None:
    """A scan in SUV, put back to Bq/ml by its own dose and weight, comes out as it was."""
    source = shared_data / "ct_series" / "STS_025" / "PET" / "image"
    before = read_series(source).image
    assert before.unit == "SUV"
    for path in source.iterdir():
        dataset = pydicom.dcmread(path)
        drug = dataset.RadiopharmaceuticalInformationSequence[0]
        waited = 1 * 3600 + 36 * 60 + 24  # 10:16:00 to 11:52:24
        left = float(drug.RadionuclideTotalDose) * 0.5 ** (waited / 6588)
        slope = float(dataset.RescaleSlope) * left / (float(dataset.PatientWeight) * 1000)
        dataset.RescaleSlope = pydicom.valuerep.DSfloat(slope, auto_format=True)
        dataset.Units, dataset.DecayCorrection = "BQML", "START"
        dataset.save_as(tmp_path / path.name)
    after = read_series(tmp_path).image
    assert after.unit == "SUV"
    np.testing.assert_allclose(after.pixels, before.pixels, rtol=1e-8)
