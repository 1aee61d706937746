"""Masks of two sources: pairs by name, one grid where they lie, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from hospital_files import write_series

from imgpipe import images, segment
from imgpipe._common import InputError
from imgpipe.images import Image, LabelImage, Place, write_segmentation
from imgpipe.tables import measure_masks
from imgpipe.tables.mask_pairs.grids import on_one_grid
from imgpipe.tables.mask_pairs.pairing import paired
from imgpipe.tables.mask_pairs.sources import Entry

DIRECTIONS = np.eye(3)[::-1]  # of (z, y, x)
SPACING = (2.0, 1.0, 0.5)


def located(labels, origin=(0.0, 0.0, 0.0), directions=DIRECTIONS, spacing=SPACING, frame=""):
    return LabelImage(labels, (), spacing, Place(np.array(origin, float), directions, frame))


def entries(*names: str) -> list[Entry]:
    return [Entry(name, (Path(name),), (name,)) for name in names]


@pytest.mark.parametrize(
    ("mask", "reference"),
    [
        ("a.png", "a.nii.gz"),
        ("a_mask.png", "a.png"),
        ("a_pred.nii.gz", "a_gt.nii.gz"),
        ("pred-a.png", "a-seg.png"),
        ("deep/masks/a.png", "deep/labels/a.npy"),
        ("masks/a_1.png", "images/a_1.png"),
        ("elsewhere/a.png", "a_roi.png"),
        ("A output.png", "A_label.png"),
        ("case_7.nii.gz", "case_7_0000.nii.gz"),
    ],
)
def test_names_say_which_belong_together(mask, reference):
    """Suffixes, words for masks and folders do not matter; another name is alone."""
    found = paired(entries(mask, "other.png"), entries("different.png", reference))
    assert [(a.id, b.id) for a, b in found.pairs] == [(mask, reference)]
    assert [entry.id for entry in found.alone] == ["other.png"]
    assert [entry.id for entry in found.missed] == ["different.png"]


def test_a_whole_path_comes_before_a_name_and_twins_pair_none():
    """Two patients with one file name each; a name that two have is no pair."""
    both = entries("p1/a.png", "p2/a.png")
    assert [(a.id, b.id) for a, b in paired(both, both[::-1]).pairs] == [
        ("p1/a.png", "p1/a.png"),
        ("p2/a.png", "p2/a.png"),
    ]
    found = paired(both, entries("q/a.png", "q/b.png"))
    assert found.pairs == []
    assert len(found.alone) == len(found.missed) == 2


def test_twins_are_told_apart_from_those_without_a_partner(tmp_path: Path):
    """Two masks of one name have a reason of their own; alone, they are all that is said."""
    mask = np.eye(5, dtype=np.uint8)
    for name in ("found/a.png", "found/a.tif", "found/b.png", "found/c.png"):
        images.write(tmp_path / name, mask)
    for name in ("drawn/a.png", "drawn/b.png", "drawn/d.png"):
        images.write(tmp_path / name, mask)
    scores = measure_masks(tmp_path / "found", tmp_path / "drawn")
    told = [(Path(row.id).name, row.error_code) for row in scores.rows]
    assert told == [
        ("b.png", ""),
        ("a.png", "AMBIGUOUS"),
        ("a.tif", "AMBIGUOUS"),
        ("c.png", "UNPAIRED"),
        ("a.png", "AMBIGUOUS"),
        ("d.png", "UNPAIRED"),
    ]
    for name in ("found/b.png", "found/c.png", "drawn/b.png", "drawn/d.png"):
        (tmp_path / name).unlink()
    with pytest.raises(InputError, match="have one name, so that no pair is certain"):
        measure_masks(tmp_path / "found", tmp_path / "drawn")


def test_a_mask_that_is_measured_twice_has_two_pictures(tmp_path: Path):
    """A manifest may name one mask beside two references."""
    for k, name in enumerate(("a", "b", "c")):
        mask = np.zeros((30, 30), np.uint8)
        mask[5 : 12 + 4 * k, 5:15] = 1
        images.write(tmp_path / f"{name}.png", mask)
    (tmp_path / "pairs.csv").write_text("mask,reference\na.png,b.png\na.png,c.png\n")
    scores = measure_masks(tmp_path / "pairs.csv", pictures=5)
    assert [(Path(each.row.reference).name, each.reference.sum()) for each in scores.worst] == [
        ("c.png", 150),
        ("b.png", 110),
    ]
    assert repr(scores) == "<MaskScores: 2 pairs>"
    shown = scores._repr_html_()
    assert "2 pairs" in shown
    assert f"{(140 / 180 + 140 / 220) / 2:.4g}" in shown


def test_labels_that_may_be_objects_are_told(tmp_path: Path):
    """Many labels, or objects where each file has one."""
    images.write(tmp_path / "many.png", np.arange(400, dtype=np.uint16).reshape(20, 20) % 18)
    images.write(tmp_path / "mask.png", np.eye(20, dtype=np.uint8))
    many, mask = tmp_path / "many.png", tmp_path / "mask.png"
    same = ("1 mask is the same file as its reference",)
    assert measure_masks(many, many).warnings[-1].startswith("17 labels: if each is an object")
    assert measure_masks(many, many, iou=0.5).warnings == same
    assert measure_masks(mask, mask).warnings == same
    assert "more than one object" in measure_masks(mask, mask, iou=0.5).warnings[-1]


def test_masks_are_laid_over_one_another_where_they_lie():
    """A part of the grid, with its axes in another order, loses nothing and needs no resampling."""
    rng = np.random.default_rng(1)
    whole = rng.integers(0, 3, (6, 8, 10), dtype=np.uint8)
    part = whole[1:4, 2:7, 3:9]
    start = np.array([1, 2, 3]) * SPACING @ DIRECTIONS
    turned = part[:, :, ::-1].transpose(2, 0, 1)  # (x, z, y), x the other way
    origin = start + 5 * SPACING[2] * DIRECTIONS[2]
    directions = np.stack([-DIRECTIONS[2], DIRECTIONS[0], DIRECTIONS[1]])
    spacing = (SPACING[2], SPACING[0], SPACING[1])
    expected = np.zeros_like(whole)
    expected[1:4, 2:7, 3:9] = part
    for mask in (located(part, start), located(turned, origin, directions, spacing)):
        pair = on_one_grid(mask, located(whole), resample=False)
        assert np.array_equal(pair.mask, expected)
        assert np.array_equal(pair.reference, whole)
        assert (pair.spacing, pair.resampled) == (SPACING, False)
        assert "put where they say that they lie" in pair.notes[0]


def test_what_lies_beyond_the_reference_counts():
    """The grid grows by what is inside of the mask, on all sides."""
    whole = np.ones((4, 5, 6), np.uint8)
    reference = located(whole[1:3, 1:4, 2:4], np.array([1, 1, 2]) * SPACING @ DIRECTIONS)
    pair = on_one_grid(located(whole), reference, resample=False)
    assert pair.mask.shape == pair.reference.shape == (4, 5, 6)
    assert pair.mask.all()
    assert pair.reference.sum() == 12
    assert pair.reference[1:3, 1:4, 2:4].all()
    assert segment.dice(pair.mask, pair.reference) == 2 * 12 / (120 + 12)


def test_another_grid_is_an_error_or_resampled():
    """Of each pixel the nearest label; said, and counted."""
    reference = np.zeros((4, 8, 8), np.uint8)
    reference[1:3, 2:6, 2:6] = 1
    fine = reference.repeat(2, axis=1)
    mask = located(fine, (0, -0.25, 0), spacing=(2.0, 0.5, 0.5))
    with pytest.raises(InputError, match=r"4 x 16 x 8 pixels of 2 x 0.5 x 0.5 mm against 4 x 8"):
        on_one_grid(mask, located(reference), resample=False)
    pair = on_one_grid(mask, located(reference), resample=True)
    assert pair.resampled
    assert np.array_equal(pair.mask, reference)
    assert "nearest neighbour" in pair.notes[0]


def test_what_does_not_belong_together_is_refused():
    """Frames of reference, shapes and spacing that differ, and places that are far apart."""
    ones = np.ones((2, 3, 4), bool)
    with pytest.raises(InputError, match="two frames of reference"):
        on_one_grid(located(ones, frame="1.2"), located(ones, frame="1.3"), resample=True)
    with pytest.raises(InputError, match="so far apart"):
        on_one_grid(located(ones, (1e5, 1e5, 1e5)), located(ones), resample=True)
    plain = LabelImage(ones)
    with pytest.raises(InputError, match=r"shape \(2, 3, 3\) beside a reference of \(2, 3, 4\)"):
        on_one_grid(LabelImage(ones[..., 1:]), plain, resample=True)
    with pytest.raises(InputError, match=r"1 x 1 x 1 mm apart, .* 2 x 1 x 0\.5 mm"):
        on_one_grid(LabelImage(ones, (), (1.0, 1.0, 1.0)), located(ones), resample=False)
    pair = on_one_grid(plain, located(ones), resample=False)
    assert pair.spacing == SPACING
    assert "only one of mask and reference says where it lies" in pair.notes[0]


def test_segmentations_with_other_slices_are_measured_whole(tmp_path: Path):
    """DICOM SEG leaves empty slices out; NIfTI of the same volume has them all."""
    write_series(tmp_path / "ct", np.zeros((6, 8, 9)))
    series = images.read_series(tmp_path / "ct")
    a, b = np.zeros((2, 6, 8, 9), np.uint8)
    a[0:3, 2:5, 2:6] = b[1:5, 2:5, 3:6] = 1
    write_segmentation(tmp_path / "a.dcm", a, tmp_path / "ct")
    write_segmentation(tmp_path / "b.dcm", b, tmp_path / "ct")
    image = Image(b, spacing=series.image.spacing, place=series.image.place)
    images.write(tmp_path / "b.nii.gz", image)
    (expected,) = segment.measure(a, b, series.image.spacing)
    for reference in ("b.dcm", "b.nii.gz"):
        for given in ({}, {"images": tmp_path / "ct"}):
            scores = measure_masks(tmp_path / "a.dcm", tmp_path / reference, **given)
            (row,) = scores.rows
            assert row.unit == "mm"
            assert row.values["dice"] == expected.dice
            assert row.values["hausdorff"] == pytest.approx(expected.hausdorff)
            assert row.values["volume_difference"] == pytest.approx(expected.volume_difference)


def test_masks_beside_their_images_are_the_reference(tmp_path: Path):
    """A folder of images with masks beside them; several masks of one image are united."""
    ones = np.zeros((8, 8), np.uint8)
    ones[2:4, 2:6] = 255
    twos = ones.T.copy()
    for name, pixels in (("a", ones + 7), ("a_mask", ones), ("a_mask_1", twos), ("b", ones)):
        images.write(tmp_path / "data" / f"{name}.png", pixels)
    images.write(tmp_path / "found" / "a.png", ones | twos)
    scores = measure_masks(tmp_path / "found", tmp_path / "data", pictures=3)
    assert [(Path(row.id).name, row.values.get("dice")) for row in scores.rows] == [
        ("a.png", 1.0),
        ("b.png", None),
    ]
    assert scores.errors[0].endswith("no mask is called so")
    assert any("2 masks of one image were united" in note for note in scores.warnings)


def test_pictures_show_the_worst_over_their_image(tmp_path: Path):
    """The slice in which both differ most, cut out round them, with the pixels of the image."""
    a, b = np.zeros((2, 5, 90, 90), np.uint8)
    b[1:4, 40:60, 40:60] = 1
    a[1:4, 40:60, 40:60] = 1
    a[3, 40:60, 40:70] = 1
    scan = np.arange(a.size, dtype=np.int32).reshape(a.shape)
    for name, pixels in (("a", a), ("b", b), ("scan", scan)):
        np.save(tmp_path / f"{name}.npy", pixels)
    scores = measure_masks(
        tmp_path / "a.npy", tmp_path / "b.npy", images=tmp_path / "scan.npy", pictures=4
    )
    (worst,) = scores.worst
    assert worst.slice == 3
    assert worst.mask.shape == worst.reference.shape == worst.picture.shape == (46, 46)
    assert worst.mask.sum() == 600
    assert worst.reference.sum() == 400
    # a margin of a quarter of the longer side, and gray levels that rise as those of the image
    assert np.flatnonzero(worst.mask.any(axis=0))[0] == 8
    assert (np.diff(worst.picture.astype(int), axis=0) >= 0).all()


@pytest.mark.data
def test_the_reference_of_real_volumes_is_found_by_the_manifest(shared_data: Path):
    """Hippocampus: masks against themselves by the manifest; one without image is named."""
    folder = shared_data / "hippocampus"
    scores = measure_masks(folder / "manifest.csv", folder / "masks")
    assert scores.pairs == 60
    assert {row.values["dice"] for row in scores.rows if row.values} == {1.0}
    assert {row.label for row in scores.rows if row.values} == {1, 2}
    assert sorted(Path(row.id).name for row in scores.rows if row.error) == [
        "hippocampus_010.nii.gz",
        "hippocampus_281.nii.gz",
    ]
