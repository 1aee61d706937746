"""Masks of data sets: what counts, and images whose mask is empty or missing."""

from pathlib import Path

import numpy as np
import pytest

from imgpipe._common import InputError
from imgpipe.datasets import Dataset, find_images, in_region, load
from imgpipe.images import write

PIXELS = np.random.default_rng(0).integers(0, 255, (6, 8, 8), dtype=np.uint8)


def lesions(empty: tuple[int, ...] = ()) -> Dataset:
    """Six images of two classes with masks, some of them empty."""
    masks = np.zeros(PIXELS.shape, bool)
    masks[:, 2:5, 3:7] = True
    masks[list(empty)] = False
    return Dataset("lesions", PIXELS, [0, 0, 0, 1, 1, 1], ("healthy", "ill"), masks=masks)


def test_masks_count_by_default() -> None:
    """Where there are masks, they are the region; what was chosen before stays."""
    data = in_region(lesions())
    assert (data.region, data.images.masked_all) == ("mask", True)
    assert in_region(in_region(lesions(), "box")).region == "box"
    assert in_region(lesions(), "image").masks is None
    plain = Dataset("plain", PIXELS, [0, 1] * 3, ("a", "b"))
    assert in_region(plain).region == "image"
    with pytest.raises(InputError, match="plain: region='mask', but the data set has no masks"):
        in_region(plain, "mask")


def test_empty_masks_stop_the_work() -> None:
    """The stop counts them by class and names the ways out, each of which has its effect."""
    data = lesions((0, 1, 5))
    message = (
        r"3 of 6 images have an empty mask or none \(healthy: 2, ill: 1\).*--region image.*drop"
    )
    with pytest.raises(InputError, match=message):
        in_region(data)
    dropped = in_region(data, empty_mask="drop")
    assert dropped.ids.tolist() == ["2", "3", "4"]
    assert dropped.warnings[-1].endswith("(healthy: 2, ill: 1): left out")
    whole = in_region(data, empty_mask="image")
    assert [image.mask is None for image in whole.images] == [True, True, False, False, False, True]
    assert "whole images are used" in whole.warnings[-1]
    with pytest.raises(InputError, match="empty_mask='keep'; choose from error, image, drop"):
        in_region(data, empty_mask="keep")


def test_a_class_without_masks_is_gone() -> None:
    """Dropping all images of a class leaves no such class; dropping all is an error."""
    assert in_region(lesions((0, 1, 2)), empty_mask="drop").classes == ("ill",)
    with pytest.raises(InputError, match="no image has a mask"):
        in_region(lesions(tuple(range(6))), empty_mask="drop")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest of six images, of which the last has no mask and others name theirs."""
    rows = ["path,label,mask"]
    for i, image in enumerate(PIXELS):
        write(tmp_path / f"{i}.png", image)
        write(tmp_path / f"m{i}.png", lesions().masks[i].astype(np.uint8) * 255)
        rows.append(f"{i}.png,{'ab'[i % 2]},{f'm{i}.png' if i < 5 else ''}")
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_masks_of_a_manifest(manifest: Path) -> None:
    """Masks that a manifest names go with their images; a blank one is missing."""
    data = load(manifest)
    assert data.images.areas().tolist() == [12] * 5 + [-1]
    with pytest.raises(InputError, match=r"1 of 6 images have an empty mask or none \(b: 1\)"):
        in_region(data)
    image, mask = find_images(manifest).masked(2)
    assert np.count_nonzero(mask) == 12
    assert np.array_equal(image, PIXELS[2])


def test_masks_of_an_archive(tmp_path: Path) -> None:
    """Masks of parts and with an axis of one channel are taken; of another shape, refused."""
    masks = lesions().masks.astype(np.uint8)
    labels = np.array([0, 1, 0, 1, 0, 1])
    parts = {
        f"{part}_{kind}": values[rows]
        for part, rows in (("train", slice(4)), ("test", slice(4, 6)))
        for kind, values in (("images", PIXELS), ("labels", labels), ("masks", masks[..., None]))
    }
    np.savez(tmp_path / "parts.npz", **parts)
    assert load(tmp_path / "parts.npz").images.areas().tolist() == [12] * 6
    np.savez(tmp_path / "one.npz", images=PIXELS, labels=labels, masks=masks[..., None])
    assert load(tmp_path / "one.npz", size=4).masks.shape == (6, 4, 4)
    np.savez(tmp_path / "odd.npz", images=PIXELS, labels=labels, masks=masks[:, :5])
    with pytest.raises(InputError, match=r"'masks' has the shape \(6, 5, 8\); masks of these"):
        load(tmp_path / "odd.npz")
    del parts["test_masks"]
    np.savez(tmp_path / "some.npz", **parts)
    with pytest.raises(InputError, match="some parts have masks and others have none"):
        load(tmp_path / "some.npz")


def test_masks_do_not_come_back_from_boxes() -> None:
    """A data set whose boxes were taken is not measured in boxes under the name of masks."""
    boxes = in_region(lesions(), "box")
    with pytest.raises(InputError, match="boxes of its masks were taken before"):
        in_region(boxes, "mask")
    assert in_region(boxes, "box").region == in_region(boxes).region == "box"
