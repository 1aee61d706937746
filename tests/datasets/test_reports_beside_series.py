"""Reports and contours in folders of studies, which hold no image."""

from pathlib import Path

import numpy as np
import pytest
from hospital_files import lesion, write_series, write_structures

from imgpipe.datasets import find_images
from imgpipe.images import write
from imgpipe.tables import extract_table


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    series = write_series(root / "SE1", lesion(0)[0], SeriesDescription="chest")
    write_structures(root / "SE2" / "IM0.dcm", "P1", series, ["lesion"])
    return root


def test_contours_are_no_image(study: Path) -> None:
    """They are passed over with a note; with a choice, which leaves others out, without."""
    found = find_images(study, volumes=True)
    assert [Path(name).name for name in found.ids] == ["SE1"]
    assert found.warnings == (
        "1 DICOM file beside the images (report, plan, mask or contours) was passed over",
    )
    chosen = find_images(study, volumes=True, series="description=chest")
    assert (len(chosen), chosen.warnings) == (1, ())


def test_what_is_cut_short_stays_a_row(study: Path) -> None:
    """A CT file that ends before its pixels is no report."""
    whole = next((study / "SE1").iterdir())
    (study / "SE3").mkdir()
    (study / "SE3" / "cut.dcm").write_bytes(whole.read_bytes()[:400])
    assert len(find_images(study, volumes=True).ids) == 2


def test_extract_says_what_it_measures_whole(tmp_path: Path) -> None:
    """Of two volumes one has a mask: their features are told apart by a warning."""
    pixels, inside = lesion(1)
    for name in ("a", "b"):
        write(tmp_path / f"{name}.nii.gz", pixels)
    write(tmp_path / "mask.nii.gz", inside.astype(np.uint8))
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,mask\na.nii.gz,mask.nii.gz\nb.nii.gz,\n")
    table = extract_table(manifest, families=["intensity"], n_jobs=1)
    told = "1 of 2 images has no mask: it is measured whole, the others inside theirs"
    assert told in table.warnings
    means = table.values[:, table.names.index("intensity_mean")]
    assert means == pytest.approx([pixels[inside].mean(), pixels.mean()])
