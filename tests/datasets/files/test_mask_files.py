"""Masks that lie beside their images."""

from pathlib import Path

import pytest

from imgpipe.datasets.files.mask_files import mask_notes, masks_beside, pair_masks

ROOT = Path("root")


def paired(*names: str) -> dict[str, list[str]]:
    """Masks of each image, as names below the root."""
    found = pair_masks(ROOT, [ROOT / name for name in names])
    return {
        image.relative_to(ROOT).as_posix(): [m.relative_to(ROOT).as_posix() for m in masks]
        for image, masks in found.items()
    }


@pytest.mark.parametrize(
    "mask",
    ["x_mask.png", "x_seg.png", "x_label.png", "x-mask.png", "x_Mask.tif", "x_segmentation.npy",
     "x.mask.png", "x mask.png", "x_gt.png", "x_mask_1.png", "x_mask1.png", "x_roi.png",
     "mask_x.png", "Label-x.png"],
)  # fmt: skip
def test_names_of_masks(mask: str) -> None:
    """What stands behind the image's own name says that it is its mask."""
    assert paired("a/x.png", f"a/{mask}") == {"a/x.png": [f"a/{mask}"]}


def test_several_masks_of_one_image() -> None:
    """They stay together, in order, whatever else is in the image's name."""
    names = ["b/benign (1).png", "b/benign (1)_mask.png", "b/benign (1)_mask_1.png",
             "b/benign (11).png", "b/benign (11)_mask.png"]  # fmt: skip
    assert paired(*names) == {names[0]: names[1:3], names[3]: [names[4]]}


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("benign/x.png", "benign/masks/x.png"),
        ("benign/images/x.png", "benign/masks/x.png"),
        ("images/benign/x.jpg", "masks/benign/x.png"),
        ("train/images/benign/x.png", "train/labels/benign/x.png"),
        ("benign/x.png", "masks/benign/x_mask.png"),
        ("benign/x.png", "mask/benign/x.png"),
        ("benign/p1/x.dcm", "benign/p1/seg/x.png"),
    ],
)
def test_folders_of_masks(image: str, mask: str) -> None:
    """A folder of masks beside the images, or beside their folder, is seen by its name."""
    assert paired(image, mask) == {image: [mask]}


@pytest.mark.parametrize(
    "names",
    [
        ["a/x_mask.png", "a/y.png"],  # no x
        ["a/x.png", "b/x_mask.png"],  # in another class
        ["with_mask/x.png", "without_mask/x.png"],  # people who wear one
        ["masks/x.png", "faces/y.png"],
        ["a/x.png", "a/x_1.png", "a/x_left.png", "a/xmask.png", "a/unmask_x.png"],
        ["a/mask.png", "a/_mask.png"],
        ["a/x.png", "a/x.jpg", "a/x_mask.png"],  # of which of the two?
    ],
)
def test_what_is_no_mask_stays_an_image(names: list[str]) -> None:
    """Only the mask of an image that is there, and of one only, is taken for one."""
    assert paired(*names) == {name: [] for name in names}


def test_a_mask_of_a_mask_is_none() -> None:
    """A name that goes on behind a mask's does not make that mask an image."""
    assert paired("a/x.png", "a/x_mask.png", "a/x_mask_2.png") == {
        "a/x.png": ["a/x_mask.png", "a/x_mask_2.png"]
    }
    assert "a/x_mask_seg.png" in paired("a/x.png", "a/x_mask.png", "a/x_mask_seg.png")


def test_what_is_called_like_a_mask_is_told() -> None:
    """An image whose name speaks of a mask of nothing that is there may be one all the same."""
    names = ["a/x.png", "a/x_mask_left.png", "a/x_mask_right.png", "a/y.png", "a/y_mask.png"]
    found = pair_masks(ROOT, [ROOT / name for name in names])
    assert mask_notes(found) == [
        "1 file was taken as the mask of the image that it lies beside",
        "2 files are called like masks (x_mask_left.png), but not like one of an image beside "
        "them: they were taken as images",
    ]
    assert mask_notes({Path("with_mask/unmasked.png"): [], Path("label_1.png"): []}) == []


def test_one_folder_of_masks_for_all_classes(tmp_path: Path) -> None:
    """A folder ``masks`` beside class folders holds their masks, where names tell which."""
    files = [tmp_path / n for n in ("a/1.png", "b/2.png", "masks/1.png", "masks/2_mask.png")]
    found = pair_masks(tmp_path, files)
    assert found == {files[0]: [files[2]], files[1]: [files[3]]}
    twice = [tmp_path / n for n in ("a/1.png", "b/1.png", "masks/1.png")]
    assert pair_masks(tmp_path, twice) == {path: [] for path in twice}
    told = mask_notes({path: [] for path in twice})[0]
    assert "the folder masks is called like one of masks" in told


def test_masks_beside_one_image(tmp_path: Path) -> None:
    """A single image finds the mask that lies beside it, and none that is another's."""
    for name in ("a.png", "a_mask.png", "b.png", "ab_mask.png", "note.txt"):
        (tmp_path / name).touch()
    assert masks_beside(tmp_path / "a.png") == [tmp_path / "a_mask.png"]
    assert masks_beside(tmp_path / "b.png") == []
    assert masks_beside(tmp_path / "a_mask.png") == []
