"""Files that are sent to the lab: what is kept of them, and what is refused."""

import io
import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom.data
import pytest
from hospital_files import write_series
from lab_helpers import Running, running
from PIL import Image as Pictures

from imgpipe import images
from imgpipe.lab.app.sources import MOST_KEPT

RAMP = (np.arange(48)[:, None] + np.arange(320) // 2).astype(np.uint8)
VOLUME = np.random.default_rng(0).integers(-900, 900, (5, 12, 16)).astype(np.int16)


def npy(pixels: np.ndarray) -> bytes:
    store = io.BytesIO()
    np.save(store, pixels)
    return store.getvalue()


def pixels(lab: Running, told: dict[str, Any], index: int | None = None) -> np.ndarray:
    """The exact pixels of an image that the lab keeps."""
    query = "" if index is None else f"?slice={index}"
    answer = lab.ask("GET", f"/image/{told['source']}.npy{query}")
    assert answer.status == 200, answer.body
    return np.load(io.BytesIO(answer.body))


def test_a_picture_is_kept_as_it_is(lab: Running) -> None:
    """Its pixels come back exactly, as a picture, and in results."""
    store = io.BytesIO()
    Pictures.fromarray(RAMP).save(store, "PNG")
    told = lab.upload(("ramp.png", store.getvalue())).json
    assert told.pop("source").startswith("upload:")
    assert told == {
        "title": "ramp.png", "shape": [48, 320], "slices": 1, "slice": None, "dtype": "uint8",
        "unit": None, "spacing": None, "warnings": [],
    }  # fmt: skip
    told = lab.upload(("ramp.png", store.getvalue())).json
    np.testing.assert_array_equal(pixels(lab, told), RAMP)
    picture = lab.ask("GET", f"/picture/{told['source']}.jpg")
    drawn = np.asarray(Pictures.open(io.BytesIO(picture.body))).astype(int)
    assert np.abs(drawn - RAMP).max() < 8
    with lab.page() as page:
        head = page.result(source=told["source"], filters=[["erosion", {}]])
    assert "images.ImageFile('ramp.png').read()" in head["python"]
    assert "imgpipe filter erosion ramp.png" in head["commands"]


def test_slices_sort_themselves(lab: Running, tmp_path: Path) -> None:
    """The files of a DICOM series become a volume in the order of their positions."""
    write_series(tmp_path / "scan", VOLUME, SeriesDescription="secret")
    sent = [(file.name, file.read_bytes()) for file in sorted((tmp_path / "scan").iterdir())]
    told = lab.upload(*sent, ("readme.txt", b"hello")).json
    assert (told["title"], told["slices"], told["slice"]) == ("DICOM series of 5 slices", 5, 2)
    assert (told["unit"], told["spacing"], told["dtype"]) == ("HU", [2.0, 1.0, 1.0], "int16")
    assert "readme.txt" in told["warnings"][0]
    for index in range(5):
        np.testing.assert_array_equal(pixels(lab, told, index), VOLUME[index])
    with lab.page() as page:
        assert page.result(source=told["source"], slice=4)["shape"] == [12, 16]
        assert "slice=2" in page.result(source=told["source"])["python"]
        assert "from 0 to 4" in page.refusal(source=told["source"], slice=5)["error"]


def test_of_several_series_the_largest_is_shown(lab: Running, tmp_path: Path) -> None:
    """The answer says so, and the code names the series."""
    write_series(tmp_path / "long", VOLUME)
    write_series(tmp_path / "short", VOLUME[:2])
    files = sorted(tmp_path.rglob("*.dcm"))
    told = lab.upload(*((file.name, file.read_bytes()) for file in files)).json
    assert told["slices"] == 5
    assert told["warnings"][0] == "2 series were sent; this is the one with most images"
    with lab.page() as page:
        assert "series='" in page.result(source=told["source"])["python"]


def test_missing_slices_are_interpolated_and_told(lab: Running, tmp_path: Path) -> None:
    """A gap is no reason to show nothing; the answer says which slices are not measured."""
    write_series(tmp_path / "scan", VOLUME)
    files = sorted((tmp_path / "scan").iterdir())
    told = lab.upload(*((each.name, each.read_bytes()) for each in files if each != files[2])).json
    assert told["slices"] == 5
    assert "1 of 5 slices are interpolated" in told["warnings"][0]


def test_volumes_in_one_file_are_looked_at_slice_by_slice(lab: Running, tmp_path: Path) -> None:
    """NIfTI and NPY have slices; a colour picture has none."""
    nibabel.save(nibabel.Nifti1Image(VOLUME.T.copy(), np.eye(4)), tmp_path / "scan.nii.gz")
    content = (tmp_path / "scan.nii.gz").read_bytes()
    told = lab.upload(("scan.nii.gz", content)).json
    assert (told["slices"], told["shape"]) == (5, [12, 16])
    np.testing.assert_array_equal(pixels(lab, told, 3), VOLUME[3])
    assert lab.upload(("stack.npy", npy(VOLUME))).json["slices"] == 5
    colour = lab.upload(("colour.npy", npy(np.dstack([RAMP] * 3)))).json
    assert (colour["slices"], colour["shape"]) == (1, [48, 320])


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "rtdose.dcm"])
def test_dicom_files_are_read(lab: Running, name: str) -> None:
    """Files of pydicom's own come as `images.read` reads them."""
    path = Path(str(pydicom.data.get_testdata_file(name)))
    told = lab.upload((name, path.read_bytes())).json
    read = images.read(path)
    shown = read.pixels if told["slices"] == 1 else read.pixels[told["slice"]]
    np.testing.assert_array_equal(pixels(lab, told), shown)


BAD = {
    "nothing": ([("a.png", b"")], 422, "empty"),
    "garbage": ([("a.png", bytes(range(256)))], 415, "not an image"),
    "text": ([("a.txt", b"hello")], 415, "a text file"),
    "damaged": ([("a.png", b"\x89PNG\r\n\x1a\n" + bytes(200))], 422, "a.png"),
    "cut": ([("a.npy", npy(VOLUME)[:-9])], 422, "a.npy"),
    "too many pixels": ([("a.npy", npy(np.zeros((300, 300), np.uint8)))], 413, "300 x 300"),
    "two pictures": ([("a.npy", npy(RAMP)), ("b.npy", npy(RAMP))], 422, "open one file"),
    "too many files": ([(f"{k}.dcm", b"x") for k in range(4001)], 413, "more than 4000 files"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A lab that takes small images only."""
    with running(tmp_path_factory.mktemp("small"), most_pixels=80_000, most_bytes=1_500_000) as one:
        yield one


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_image_is_refused(small: Running, kind: str) -> None:
    """One sentence says why; the lab goes on."""
    files, status, words = BAD[kind]
    answer = small.upload(*files)
    assert (answer.status, words in answer.error) == (status, True), answer.body
    assert "Traceback" not in small.log.read_text()


def test_too_many_bytes_are_refused(small: Running) -> None:
    """The bound is told before all is read."""
    answer = small.upload(("a.npy", bytes(2_000_000)))
    assert answer.status == 413
    assert "1.5 MB" in answer.error


def test_the_oldest_is_forgotten(small: Running) -> None:
    """A few are kept; who asks for an older one is told to open its file again."""
    sources = [small.upload(("a.npy", npy(RAMP + k))).json for k in range(MOST_KEPT + 1)]
    np.testing.assert_array_equal(pixels(small, sources[1]), RAMP + 1)
    answer = small.ask("GET", f"/image/{sources[0]['source']}.npy")
    assert answer.status == 422
    assert "Open its file again" in answer.error


ODD: dict[str, np.ndarray] = {
    "one row, longer than a picture": np.arange(20_000, dtype=np.uint8)[None],
    "one column of floats": np.linspace(0, 1, 20_000)[:, None],
    "the largest whole number": np.full((9, 9), 2**64 - 1, np.uint64),
    "floats whose difference is infinite": np.array([[1e308, -1e308] * 9] * 9),
    "numbers that float32 cannot tell apart": 4_000_000_000 + np.arange(81).reshape(9, 9),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_pixels_are_drawn(lab: Running, kind: str) -> None:
    """With each shade that they have, and no larger than the screen needs."""
    told = lab.upload(("odd.npy", npy(ODD[kind]))).json
    with lab.page() as page:
        head, drawn = page.ask(source=told["source"])
    assert head["kind"] == "result", head
    seen = np.asarray(Pictures.open(io.BytesIO(drawn)))
    assert list(seen.shape) == head["pictures"][0]["shape"]
    assert max(seen.shape) <= 2048
    values = np.unique(ODD[kind])
    assert len(np.unique(seen)) >= min(len(values), 60)
    if len(values) == 2:
        assert {0, 255} == set(seen.ravel().tolist())


def test_a_result_is_saved_as_it_is(lab: Running) -> None:
    """NPY holds the library's pixels, PNG the picture, mask.png what was found."""
    told = lab.upload(("ramp.npy", npy(RAMP))).json
    asked = {"source": told["source"], "filters": [["erosion", {}]], "segment": ["otsu", {}]}

    def saved(**fields: Any) -> Any:
        return lab.ask("POST", "/result", json.dumps(asked | fields))

    from imgpipe import kernels, segment

    eroded = kernels.erosion(RAMP)
    np.testing.assert_array_equal(np.load(io.BytesIO(saved(format="npy").body)), eroded)
    picture = saved(format="png")
    assert picture.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(np.asarray(Pictures.open(io.BytesIO(picture.body))), eroded)
    mask = np.asarray(Pictures.open(io.BytesIO(saved(format="mask.png").body)))
    np.testing.assert_array_equal(mask > 0, segment.threshold(eroded, "otsu"))
    assert "no mask" in saved(format="mask.npy", segment=None).error
    assert "mask.png" in saved(format="gif").error
    assert "no JSON" in lab.ask("POST", "/result", "{").error


def test_nothing_of_a_patient_is_logged(lab: Running) -> None:
    """Lines hold routes and times, neither names of files nor of sources."""
    path = Path(str(pydicom.data.get_testdata_file("CT_small.dcm")))
    told = lab.upload(("Doe^John.dcm", path.read_bytes())).json
    lab.ask("GET", f"/picture/{told['source']}.jpg")
    lines = lab.log.read_text()
    assert "/upload" in lines
    for word in ("Doe", told["source"], "CompressedSamples"):
        assert word not in lines
