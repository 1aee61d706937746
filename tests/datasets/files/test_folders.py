"""Folders with links, clutter, and names in old encodings."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS

from imgpipe import InputError
from imgpipe.datasets import find_images, load

Tree = Callable[..., Path]


def by_class(i: int) -> str:
    return f"{LABELS[i]}/{i:02d}.png"


def test_links_to_folders_are_followed(tree: Tree) -> None:
    """A class, and a folder in it, may be links to folders elsewhere."""
    stored = tree(lambda i: f"{LABELS[i]}/deep/{i:02d}.png", name="stored")
    root = stored.parent / "links"
    (root / "malignant").mkdir(parents=True)
    (root / "benign").symlink_to(stored / "benign")
    (root / "malignant" / "more").symlink_to(stored / "malignant" / "deep")
    data = load(root)
    assert np.array_equal(data.images, load(stored).images)
    assert data.counts == {"benign": 6, "malignant": 6}
    assert find_images(root).ids == tuple(data.ids)


@pytest.mark.parametrize("target", ["", "benign", "benign/deep"])
def test_links_that_lead_back_are_cut(tree: Tree, target: str) -> None:
    """A link to a folder above, or to its own, is not followed, and a warning counts it."""
    root = tree(lambda i: f"{LABELS[i]}/deep/{i:02d}.png")
    (root / "benign" / "deep" / "back").symlink_to(root / target)
    data = load(root)
    assert len(data) == 12
    assert "1 link that leads back into its own folder was cut" in data.warnings
    assert len(find_images(root)) == 12


def test_two_links_to_each_other(tree: Tree) -> None:
    """The circle of two folders is cut where it closes: each is seen from each, once."""
    root = tree(by_class)
    for a, b in (("benign", "malignant"), ("malignant", "benign")):
        (root / a / "other").symlink_to(root / b)
    assert len(find_images(root)) == 24
    assert find_images(root).warnings == ("2 links that lead back into their own folder were cut",)


def test_files_beside_the_folders_are_counted(tree: Tree) -> None:
    """Whatever is no image is counted, beside classes and beside parts; hidden files are not."""
    root = tree(by_class)
    (root / "list.csv").write_text("x")
    (root / "benign" / "a.txt").write_text("x")
    (root / ".hidden").write_text("x")
    note = "2 files without an image's suffix were passed over (.csv: 1, .txt: 1)"
    assert load(root).warnings == (note,)
    parts = tree(lambda i: f"{'train' if i < 6 else 'test'}/{by_class(i)}", name="parts")
    (parts / "list.csv").write_text("x")
    (parts / "test" / "a.txt").write_text("x")
    assert load(parts).warnings == (note,)


def test_thumbnails_of_network_drives_are_clutter(tree: Tree) -> None:
    """What a drive keeps beside the images for itself is no sample."""
    root = tree(by_class)
    (root / "benign" / "@eaDir").mkdir()
    (root / "benign" / "00.png").rename(root / "benign" / "@eaDir" / "thumb.png")
    assert load(root).counts == {"benign": 5, "malignant": 6}


def test_images_beside_the_parts_stop(tree: Tree) -> None:
    """An image beside train and test belongs to no part."""
    root = tree(lambda i: f"{'train' if i < 6 else 'test'}/{by_class(i)}")
    (root / "train" / "benign" / "00.png").rename(root / "loose.png")
    with pytest.raises(InputError, match=r"1 images lie beside the folders of the split .loose"):
        load(root)


def test_names_that_are_no_utf8(tree: Tree) -> None:
    """Files and classes named in Latin-1 are read; in ids and classes the byte is written out."""
    root = tree(by_class)
    os.rename(root / "benign/00.png", os.path.join(os.fsencode(root), b"benign/f\xfcnf.png"))
    os.rename(root / "benign", os.path.join(os.fsencode(root), b"b\xf6se"))
    data = load(root)
    assert data.classes == (r"b\xf6se", "malignant")
    where = data.ids.tolist().index(str(root) + r"/b\xf6se/f\xfcnf.png")
    assert np.array_equal(data.images[where], IMAGES[0])
    assert find_images(root).ids == tuple(data.ids)
    "".join([*data.ids, *data.classes]).encode()
