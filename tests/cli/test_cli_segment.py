"""`segment`: masks, overlays and a table, which the other verbs take again."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error, left_beside
from hospital_files import lesion, write_series
from PIL import Image

from imgpipe import bundle
from imgpipe.features import extract
from imgpipe.images import Image as Given
from imgpipe.images import Place, read, write
from imgpipe.segment import SEGMENTERS, PixelClassifier, Segmenter
from imgpipe.tables.mask_files.overlays import overlay

RNG = np.random.default_rng(0)


def discs(n: int = 3) -> list[np.ndarray]:
    """Two bright discs on noise in each."""
    y, x = np.indices((40, 48))
    shapes = [(y - 12) ** 2 + (x - 10 - k) ** 2 < 30 for k in range(n)]
    other = (y - 28) ** 2 + (x - 34) ** 2 < 40
    return [(RNG.integers(0, 60, y.shape) + 150 * (s | other)).astype(np.uint8) for s in shapes]


@pytest.fixture
def scans(tmp_path: Path) -> tuple[Path, list[np.ndarray]]:
    pixels = discs()
    for k, each in enumerate(pixels):
        folder = tmp_path / "scans" / ("a" if k < 2 else "b")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(each).save(folder / f"{k}.png")
    return tmp_path / "scans", pixels


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_masks_are_written_and_taken_again(run: Run, scans, tmp_path: Path) -> None:
    """A file an image, called as that is; the table is a manifest that `extract` takes."""
    folder, pixels = scans
    out, drawn = tmp_path / "masks", tmp_path / "pictures"
    done = run("segment", folder, "--method", "fixed", "--set", "value=100", "--out", out,
               "--overlay", drawn, "--jobs", 1)  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"3 images: {out}"
    for name, image in zip(("a/0", "a/1", "b/2"), pixels, strict=True):
        np.testing.assert_array_equal(read(out / f"{name}.png").pixels, 255 * (image > 100))
        assert read(drawn / f"{name}.png").shape == (40, 48, 3)
    table = rows(out / "masks.csv")
    assert [row["path"] for row in table] == [
        f"../scans/{name}.png" for name in ("a/0", "a/1", "b/2")
    ]
    assert [row["label"] for row in table] == ["a", "a", "b"]
    assert [int(row["pixels"]) for row in table] == [(image > 100).sum() for image in pixels]
    features = tmp_path / "f.csv"
    done = run("extract", out / "masks.csv", "--families", "intensity", "--out", features,
               "--jobs", 1)  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")  # no word on the table's own columns
    found = pd.read_csv(features)["intensity_mean"]
    for value, image in zip(found, pixels, strict=True):
        expected = extract(image, image > 100, families="intensity")["intensity_mean"]
        assert value == pytest.approx(expected, rel=1e-12)


def test_objects_keep_their_numbers(run: Run, scans, tmp_path: Path) -> None:
    """Labels are PNG files of 16 bits; the table counts them."""
    folder, _ = scans
    done = run("segment", folder, "--recipe", "cells", "--out", tmp_path / "masks", "--jobs", 1)
    assert done.exit_code == 0
    labels = read(tmp_path / "masks" / "a" / "0.png").pixels
    assert labels.dtype == np.uint16
    assert np.unique(labels).tolist() == [0, 1, 2]
    assert [row["objects"] for row in rows(tmp_path / "masks" / "masks.csv")] == ["2", "2", "2"]


def test_a_volume_keeps_its_place(run: Run, tmp_path: Path) -> None:
    """NIfTI by default, on the grid of the image; volumes are counted in mm."""
    pixels = np.stack(discs(4)).astype(np.int16)
    place = Place(np.array([1.0, -2.0, 3.0]), np.eye(3)[::-1])
    write(tmp_path / "v.nii.gz", Given(pixels, spacing=(2.0, 0.5, 0.5), place=place))
    out, drawn = tmp_path / "masks", tmp_path / "pictures"
    done = run("segment", tmp_path / "v.nii.gz", "--method", "otsu", "--out", out,
               "--overlay", drawn, "--json")  # fmt: skip
    assert done.exit_code == 0
    mask = read(out / "v.nii.gz")
    np.testing.assert_array_equal(mask.pixels, SEGMENTERS["otsu"](pixels))
    np.testing.assert_allclose(mask.place.origin, place.origin)
    (told,) = json.loads(done.stdout)["masks"]
    assert told["volume_mm3"] == pytest.approx(0.5 * told["pixels"])
    assert read(drawn / "v.png").shape == (80, 96, 3)  # four slices, two by two


def test_slices_that_are_taken_one_by_one_are_told(run: Run, tmp_path: Path) -> None:
    """A folder of DICOM files may be a volume, which --volumes or --slices would make of it."""
    write_series(tmp_path / "ct", lesion(1)[0])
    how = ("segment", tmp_path / "ct", "--method", "otsu", "--jobs", 1, "--out")
    done = run(*how, tmp_path / "each")
    assert "6 DICOM files were taken one by one; volumes=True (--volumes)" in done.stderr
    done = run(*how, tmp_path / "whole", "--volumes", "--format", "nii.gz")
    assert "one by one" not in done.stderr
    assert done.stdout.startswith("1 image: ")


def test_what_fails_is_named_and_the_rest_goes_on(run: Run, scans, tmp_path: Path) -> None:
    """A row with its reason, exit code 1; an empty mask is written, and a warning counts it."""
    folder, _ = scans
    (folder / "a" / "1.png").write_bytes(b"nothing")
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "b" / "2.png")
    out = tmp_path / "masks"
    done = run("segment", folder, "--method", "fixed", "--set", "value=100", "--out", out,
               "--jobs", 1)  # fmt: skip
    assert done.exit_code == 1
    assert "fixed finds nothing in 1 of 3 images, whose mask is empty" in done.stderr
    assert "Error: " in done.stderr
    assert "1.png" in done.stderr
    table = rows(out / "masks.csv")
    assert [bool(row["mask"]) for row in table] == [True, False, True]
    assert table[1]["error_code"] == "NOT-READABLE" or table[1]["error"]
    assert table[2]["warnings"] == "nothing found"
    assert sorted(p.name for p in (out / "a").iterdir()) == ["0.png"]


def test_nothing_is_replaced_unasked(run: Run, scans, tmp_path: Path) -> None:
    """Before any work; --force replaces, and nothing else is left."""
    folder, _ = scans
    out = tmp_path / "masks"
    args = ["segment", folder, "--method", "otsu", "--out", out, "--jobs", 1]
    assert run(*args).exit_code == 0
    before = left_beside(out / "masks.csv")
    assert_one_error(run(*args), "masks.csv and 3 more would be replaced", "--force")
    assert run(*args, "--force").exit_code == 0
    assert left_beside(out / "masks.csv") == before == ["a", "b", "masks.csv"]


def test_images_of_one_name_have_masks_of_two(run: Run, scans, tmp_path: Path) -> None:
    """What differs in its suffix alone keeps it."""
    folder, pixels = scans
    Image.fromarray(pixels[2]).save(folder / "a" / "0.tif")
    out = tmp_path / "masks"
    assert run("segment", folder, "--method", "otsu", "--out", out, "--jobs", 1).exit_code == 0
    assert sorted(p.name for p in (out / "a").iterdir()) == ["0.png.png", "0.tif.png", "1.png"]


def test_a_format_that_cannot_be_is_refused(run: Run, scans, tmp_path: Path) -> None:
    """A DICOM segmentation belongs to a series."""
    folder, _ = scans
    done = run("segment", folder, "--method", "otsu", "--out", tmp_path / "m", "--format", "seg")
    assert_one_error(done, "no image is a DICOM series")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("option", ["--out", "--overlay"])
def test_no_image_is_written_over(run: Run, scans, tmp_path: Path, option: str) -> None:
    """Whatever is forced: a mask has the name of its image, and may be given its folder."""
    folder, _ = scans
    before = {path: path.read_bytes() for path in folder.rglob("*.png")}
    other = {"--out": "--overlay", "--overlay": "--out"}[option]
    done = run("segment", folder, "--method", "otsu", option, folder / "a" / "..", other,
               tmp_path / "other", "--force")  # fmt: skip
    assert_one_error(done, "is an image or a mask that is read")
    assert {path: path.read_bytes() for path in folder.rglob("*.png")} == before


def test_touching_objects_are_outlined_apart() -> None:
    """Between two labels runs a line; a mask of both has none there."""
    labels = np.zeros((8, 12), np.int32)
    labels[2:6, 2:6], labels[2:6, 6:10] = 1, 2
    gray = Given(np.full(labels.shape, 9, np.uint8))
    apart, whole = overlay(gray, labels), overlay(gray, labels > 0)
    assert (apart[3, 5] != 9).any()
    assert (whole[3, 5] == 9).all()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "give --recipe NAME, or --method NAME"),
        (["--recipe", "cels"], "did you mean cells?"),
        (["--recipe", "otsu"], "give --method otsu"),
        (["--method", "cells"], "no segmenter is named 'cells'"),
        (["--method", "region-growing"], "needs seeds in each image"),
        (["--method", "otsu", "--set", "k=3"], "takes no setting 'k'"),
        (["--method", "otsu", "--set", "3"], "is not KEY=VALUE"),
        (["--method", "local", "--set", "block=4"], "block=4 must be an odd number"),
        (["--recipe", "cells", "--set", "level=2"], "level=2 must be a number from 0"),
    ],
)
def test_what_is_no_recipe_is_refused(run: Run, scans, tmp_path: Path, args, said) -> None:
    """Before any image is read, with what would do."""
    assert_one_error(run("segment", scans[0], "--out", tmp_path / "m", *args), said)
    assert not (tmp_path / "m").exists()


def test_no_mask_is_written_over_that_is_read(run: Run, scans, tmp_path: Path) -> None:
    """The table of masks is a manifest: what is looked at within them has another folder."""
    out = tmp_path / "m"
    how = ("--method", "otsu", "--out", out, "--jobs", 1)
    assert run("segment", scans[0], *how).exit_code == 0
    again = run("segment", out / "masks.csv", *how, "--force")
    assert_one_error(again, "is an image or a mask that is read")


def test_an_interrupt_says_what_was_written(run: Run, scans, tmp_path: Path, monkeypatch) -> None:
    """Masks that were finished stay whole, and there is no table that knows some of them."""
    shown = iter([0, 1])

    def stopped(image: np.ndarray) -> np.ndarray:
        if next(shown, None) is None:
            raise KeyboardInterrupt
        return SEGMENTERS["otsu"](image)

    monkeypatch.setitem(SEGMENTERS, "stopped", Segmenter(stopped, "what is bright"))
    out = tmp_path / "m"
    done = run("segment", scans[0], "--method", "stopped", "--out", out, "--jobs", 1)
    assert done.exit_code == 130
    assert "interrupted: 2 or more of 3 masks are in" in done.stderr
    assert sorted(p.name for p in out.rglob("*.*")) == ["0.png", "1.png"]


def test_a_bug_of_a_recipe_is_no_reason(run: Run, scans, tmp_path: Path, monkeypatch) -> None:
    """What is no error of an image ends the work, and leaves no table."""

    def broken(image: object) -> np.ndarray:
        raise RuntimeError("broken")

    monkeypatch.setitem(SEGMENTERS, "broken", Segmenter(broken, "nothing"))
    done = run("segment", scans[0], "--method", "broken", "--out", tmp_path / "m", "--jobs", 1)
    assert done.exit_code == 70
    assert not (tmp_path / "m").exists()


def test_a_pixel_classifier_labels_pixels(run: Run, scans, tmp_path: Path) -> None:
    """Masks hold the numbers of its classes; one of them may be the background."""
    folder, pixels = scans
    scribbles = np.zeros(pixels[0].shape, int)
    scribbles[:4, :], scribbles[26:31, 32:36] = 1, 4
    scribbles[11:14, 8:11] = 4
    classifier = PixelClassifier((1, 2), n_estimators=5).fit(pixels[0], scribbles)
    model = tmp_path / "spots.imgpipe"
    bundle.save(classifier, model)
    done = run("segment", folder, "--model", model, "--out", tmp_path / "all", "--jobs", 1)
    assert (done.exit_code, done.stderr) == (0, "")
    for name, image in zip(("a/0", "a/1", "b/2"), pixels, strict=True):
        found = read(tmp_path / "all" / f"{name}.png").pixels
        np.testing.assert_array_equal(found, classifier.predict(image))
    how = ("--model", model, "--set", "background=1", "--out", tmp_path / "spots", "--jobs", 1)
    assert run("segment", folder, *how).exit_code == 0
    assert "objects" not in rows(tmp_path / "spots" / "masks.csv")[0]
    found = read(tmp_path / "spots" / "a" / "0.png").pixels
    labels = classifier.predict(pixels[0])
    np.testing.assert_array_equal(found, np.where(labels == 1, 0, labels))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "background=2"], "the classes of spots are 1, 4"),
        (["--set", "background=1.5"], "the number of a class"),
        (["--set", "block=3"], "takes no setting 'block'"),
        (["--recipe", "cells"], "and not both"),
    ],
)
def test_what_does_not_go_with_a_pixel_classifier(run: Run, scans, tmp_path, words, told) -> None:
    """It is said before anything is written."""
    folder, pixels = scans
    scribbles = np.zeros(pixels[0].shape, int)
    scribbles[0], scribbles[1] = 1, 4
    model = tmp_path / "spots.imgpipe"
    bundle.save(PixelClassifier(1, n_estimators=1).fit(pixels[0], scribbles), model)
    done = run("segment", folder, "--model", model, "--out", tmp_path / "m", *words)
    assert_one_error(done, told)
    assert not (tmp_path / "m").exists()
