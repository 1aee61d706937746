"""Files, models and programs at the page of a real lab: what comes in, and what goes out."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import AXE
from dropping import CLASSES, Kept
from labs import NUMBERS, settle, uploaded
from test_pages import FAULTS, keep

from imgpipe import bundle, images

pytestmark = pytest.mark.browser

Visit = Callable[..., tuple[Any, list[str]]]


def test_a_picture_of_one_s_own(in_lab: Visit, tmp_path: Path) -> None:
    """A PNG file is measured as it is; what is no picture is refused in the server's words."""
    pixels = np.random.default_rng(1).integers(40, 90, (60, 80), dtype=np.uint8)
    images.write(tmp_path / "mine.png", pixels)
    (tmp_path / "garbage.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    page, faults = in_lab("#image=chart&steps=[]")
    page.set_input_files("#file", tmp_path / "garbage.png")
    page.locator("#trouble").wait_for()
    assert "garbage.png" in page.locator("#trouble").inner_text()
    page.set_input_files("#file", tmp_path / "mine.png")
    uploaded(page)
    assert page.evaluate(NUMBERS)["intensity_mean"] == pytest.approx(pixels.mean())
    assert page.evaluate("[view.width, view.height]") == [80, 60]
    assert not page.locator("#trouble").is_visible()
    # a status of 4xx is told in the console by the browser itself
    assert [fault for fault in faults if "status of 4" not in fault] == []


def test_a_dicom_series_has_a_slider_for_its_slices(in_lab: Visit, tmp_path: Path) -> None:
    """Files that pydicom wrote become one volume, in its order, whose slices are in HU."""
    files = series(tmp_path)
    page, faults = in_lab("#image=chart&steps=[]")
    page.set_input_files("#file", files)
    uploaded(page)
    slider = page.get_by_label("Slice", exact=True)
    assert page.locator("#slice-number").inner_text() == "2 / 3"
    assert page.evaluate(NUMBERS)["intensity_mean"] == pytest.approx(110 - 1024)
    slider.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate(NUMBERS)["intensity_mean"] == pytest.approx(210 - 1024)
    assert "HU" in page.locator("#caption").inner_text()
    assert faults == []


def series(folder: Path) -> list[Path]:
    """Three slices of a CT, the names in another order than their places."""
    import pydicom
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    study, whole, frame = (generate_uid() for _ in range(3))
    files = []
    for i, name in enumerate(("c", "a", "b")):
        data = pydicom.Dataset()
        data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.StudyInstanceUID, data.SeriesInstanceUID = study, whole
        data.FrameOfReferenceUID, data.Modality, data.InstanceNumber = frame, "CT", i + 1
        data.PatientID, data.ImagePositionPatient = "P1", [0, 0, 2 * i]
        data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
        data.SliceThickness, data.RescaleSlope, data.RescaleIntercept = 2, 1, -1024
        data.RescaleType, data.PhotometricInterpretation = "HU", "MONOCHROME2"
        data.Rows, data.Columns, data.SamplesPerPixel = 24, 32, 1
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        pixels = np.full((24, 32), 100 * i, np.uint16)
        pixels[::2] += 20
        data.PixelData = pixels.tobytes()
        files.append(folder / f"{name}.dcm")
        data.save_as(files[-1], enforce_file_format=True)
    return files


def test_the_copied_program_gives_the_same_numbers(in_lab: Visit, tmp_path: Path) -> None:
    """What is copied as Python prints, in a process of its own, what the page shows."""
    page, faults = in_lab("#image=chart&steps=" + '[["median",{"size":5}]]&segment=["otsu",{}]')
    page.get_by_role("button", name="Copy as Python").click()
    page.get_by_text("Copied.").wait_for()
    program = page.evaluate("navigator.clipboard.readText()")
    assert program == page.locator("#python").inner_text()
    (tmp_path / "copied.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "copied.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    printed = dict(re.findall(r"^(\w+): (\S+)$", ran.stdout, re.MULTILINE))
    shown = page.evaluate(NUMBERS)
    assert len(shown) > 10
    for name, value in shown.items():
        assert float(printed[name]) == pytest.approx(value, rel=2e-5), name
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save the pixels (NPY)").click()
    saved = np.load(io.BytesIO(Path(caught.value.path()).read_bytes()))
    assert saved.mean() != pytest.approx(shown["intensity_mean"])  # the page measures inside
    page.get_by_role("button", name="Copy as commands").click()
    assert "imgpipe " in page.evaluate("navigator.clipboard.readText()")
    assert faults == []


def test_models_answer_beside_one_another(in_lab: Visit, asked: Kept) -> None:
    """Each says what `predict` says; of a larger picture they see a patch, which moves."""
    told = bundle.load(asked.model).predict([str(asked.pictures[0])])
    page, faults = in_lab("#image=chart&steps=[]")
    page.set_input_files("#file", asked.pictures[0])
    uploaded(page)
    page.get_by_role("switch", name="Ask the models").press("Space")
    settle(page)
    cards = page.locator("#answers .answer")
    assert cards.evaluate_all("all => all.map((card) => card.dataset.model)") == ["model", "other"]
    for card in cards.all():
        shares = card.locator("li data").evaluate_all(
            "all => all.map((each) => Number(each.value))"
        )
        assert shares == pytest.approx(told.probabilities[0], rel=1e-6)
        assert card.locator(".verdict strong").inner_text() == CLASSES[int(np.argmax(shares))]
    assert "whole picture" in page.locator("#patch-words").inner_text()
    page.get_by_label("Image", exact=True).select_option("chart")
    settle(page)
    patch = page.locator("#patch")
    words, shown = page.locator("#patch-words").inner_text(), cards.first.inner_html()
    assert "20 × 24" in words
    patch.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert page.locator("#patch-words").inner_text() != words
    assert cards.first.inner_html() != shown
    assert page.evaluate("document.activeElement.id") == "patch"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FAULTS) == []
    keep(page, "lab-models")
    page.get_by_role("switch", name="Ask the models").press("Space")
    settle(page)
    assert cards.count() == 0
    assert not patch.is_visible()
    assert faults == []
