"""Masks that lie beside their images in a folder tree, from loading to tables."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS

from imgpipe import InputError
from imgpipe.datasets import find_images, load
from imgpipe.images import write
from imgpipe.tables import extract_table

Tree = Callable[..., Path]
MASKS = IMAGES > 40000
NOTE = "12 files were taken as masks of the images that they lie beside"


def with_masks(tree: Tree, image: str, mask: str, name: str = "tree") -> Path:
    """Write images and masks into folders by their class."""
    root = tree(lambda i: image.format(label=LABELS[i], i=i), name=name)
    for i, inside in enumerate(MASKS):
        path = root / mask.format(label=LABELS[i], i=i)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, inside)
    return root


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("{label}/{i:02d}.png", "{label}/{i:02d}_mask.png"),
        ("{label}/{i:02d}.png", "{label}/masks/{i:02d}.png"),
        ("{label}/images/{i:02d}.png", "{label}/masks/{i:02d}_seg.png"),
        ("{label}/{i:02d}.png", "masks/{label}/{i:02d}.png"),
        ("images/{label}/{i:02d}.png", "masks/{label}/{i:02d}.png"),
        ("train/images/{label}/{i:02d}.png", "train/labels/{label}/{i:02d}.png"),
    ],
)
def test_masks_are_no_samples(tree: Tree, image: str, mask: str) -> None:
    """Whichever layout: twelve images, their classes, their masks, and a note; in tables too."""
    root = with_masks(tree, image, mask)
    data = load(root)
    assert data.counts == {"benign": 6, "malignant": 6}
    order = [*range(0, 12, 2), *range(1, 12, 2)]
    assert np.array_equal(data.images, IMAGES[order])
    assert np.array_equal(np.stack(list(data.masks)), MASKS[order])
    assert NOTE in data.warnings
    images = find_images(root)
    assert images.ids == tuple(data.ids)
    assert all(np.array_equal(images[k].mask != 0, MASKS[i]) for k, i in enumerate(order))
    table = extract_table(root, families="intensity")
    assert table.columns["label"] == [LABELS[i] for i in order]
    means = table.values[:, table.names.index("intensity_mean")]
    np.testing.assert_allclose(means, [IMAGES[i][MASKS[i]].mean() for i in order])
    assert NOTE in table.warnings


def test_several_masks_are_united(tree: Tree) -> None:
    """Two masks of one image count where either is inside."""
    root = with_masks(tree, "{label}/x ({i}).png", "{label}/x ({i})_mask.png")
    more = np.zeros((8, 6), bool)
    more[2:4] = True
    write(root / "benign" / "x (0)_mask_1.png", more)
    data = load(root)
    assert len(data) == 12
    assert np.array_equal(data.masks[0], MASKS[0] | more)
    assert np.array_equal(data.masks[1], MASKS[10])


def test_images_in_a_folder_of_images_need_classes(tree: Tree) -> None:
    """A set for segmentation alone, images and masks without classes, is told so."""
    root = with_masks(tree, "images/{i:02d}.png", "masks/{i:02d}.png")
    with pytest.raises(InputError, match="12 images lie beside the class folders"):
        load(root)
    assert len(find_images(root)) == 12


def test_a_mask_of_another_shape_is_named(tree: Tree) -> None:
    """It is found when the set is loaded."""
    root = with_masks(tree, "{label}/{i:02d}.png", "{label}/{i:02d}_mask.png")
    write(root / "benign" / "00_mask.png", MASKS[0][:5])
    with pytest.raises(InputError, match=r"00_mask.png: a mask of shape \(5, 6\)"):
        load(root)
