"""Images without labels."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES

from imgpipe import InputError
from imgpipe.datasets import find_images, iterate
from imgpipe.datasets.files.one_channel import in_one_channel
from imgpipe.images import Image, Images, write
from imgpipe.images.gray import SAVED_AS_COLOUR

Tree = Callable[..., Path]


def test_folder_at_any_depth(tree: Tree) -> None:
    """A folder gives its images in order, of any sizes, and counts what it passes over."""
    root = tree(lambda i: f"{i % 3}/deep/{i:02d}.png", [*IMAGES[:11], IMAGES[11, :4]])
    (root / "notes.txt").write_text("x")
    (root / ".hidden.png").write_text("x")
    images = find_images(root)
    assert images.ids == tuple(sorted(images.ids))
    assert len(images) == 12
    assert images.warnings[0].startswith("1 file without an image's suffix")
    assert {image.pixels.shape for image in images} == {(8, 6), (4, 6)}
    assert all(image.pixels.shape == (5, 5) for image in find_images(root, size=5))


def test_bad_files_become_rows(tree: Tree) -> None:
    """A text file named .png and a missing file are rows with a reason; the rest goes on."""
    root = tree(lambda i: f"{i:02d}.png", IMAGES[:3])
    (root / "01.png").write_text("not an image")
    found = dict(iterate([root, root / "gone.png", root / "02.png"]))
    assert isinstance(found[str(root / "00.png")], Image)
    assert "a text file" in str(found[str(root / "01.png")])
    assert "no such file" in str(found[str(root / "gone.png")])
    assert isinstance(found[str(root / "02.png")], Image)
    assert sum(isinstance(image, InputError) for image in found.values()) == 2


def test_stacks(tmp_path: Path) -> None:
    """NPZ and NPY stacks give one image a row, named by index, part and source."""
    np.savez(tmp_path / "a.npz", images=IMAGES)
    np.savez(tmp_path / "b.npz", train_images=IMAGES[:2], test_images=IMAGES[2:5])
    np.save(tmp_path / "c.npy", IMAGES)
    np.save(tmp_path / "d.npy", IMAGES[0])
    assert find_images(tmp_path / "a.npz").ids == tuple(map(str, range(12)))
    assert find_images(tmp_path / "b.npz").ids == (
        "train/0",
        "train/1",
        "test/0",
        "test/1",
        "test/2",
    )
    assert np.array_equal(find_images(tmp_path / "c.npy")[7].pixels, IMAGES[7])
    both = find_images([tmp_path / "b.npz", tmp_path / "d.npy"])
    assert both.ids[0] == f"{tmp_path / 'b.npz'}[train/0]"
    assert both.ids[-1] == str(tmp_path / "d.npy")
    assert np.array_equal(both[-1].pixels, IMAGES[0])


def test_manifest_and_registered_names(tree: Tree) -> None:
    """A manifest needs no labels here, and a registered set is a source too."""
    root = tree(lambda i: f"{i}.png", IMAGES[:2])
    (root / "list.csv").write_text("path\n0.png\nx.png\n1.png\n")
    found = list(iterate(root / "list.csv"))
    assert [name for name, _ in found] == ["0.png", "x.png", "1.png"]
    assert isinstance(found[1][1], InputError)
    nodules = find_images(["synthetic-nodules", root])
    assert nodules.ids[0] == "synthetic-nodules[P000-0]"
    assert nodules[0].pixels.dtype == np.int16


@pytest.mark.parametrize("name", ["gone", "empty", "text.npz", "other.npz"])
def test_the_only_source_must_hold_images(tmp_path: Path, name: str) -> None:
    """A single source that is missing, empty or of another kind is an error, not a row."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.npz").write_text("x")
    np.savez(tmp_path / "other.npz", pixels=IMAGES)
    with pytest.raises(InputError, match=name):
        find_images(tmp_path / name)


def test_among_several_it_is_a_row(tmp_path: Path) -> None:
    """A broken archive beside a good image does not end the batch."""
    (tmp_path / "text.npz").write_text("x")
    write(tmp_path / "a.png", IMAGES[0])
    found = list(iterate([tmp_path / "text.npz", tmp_path / "a.png"]))
    assert found[0][0] == str(tmp_path / "text.npz")
    assert isinstance(found[0][1], InputError)
    assert isinstance(found[1][1], Image)


def test_no_sources() -> None:
    """An empty list is an error."""
    with pytest.raises(InputError, match="no images"):
        find_images([])


def test_parts_are_cheap_to_send(tree: Tree) -> None:
    """A slice of a list of files holds paths only, and survives pickling."""
    images = find_images(tree(lambda i: f"{i:02d}.png"))
    part = pickle.loads(pickle.dumps(images[3:5]))
    assert len(pickle.dumps(images[3:5])) < 2000
    assert np.array_equal(part[1].pixels, IMAGES[4])
    assert len(images[np.array([1, 2, 3])]) == 3


def test_a_row_without_a_path(tree: Tree) -> None:
    """It is a bad row, not the series of DICOM slices in the manifest's folder."""
    import pydicom.data

    root = tree(lambda i: f"{i}.png", IMAGES[:2])
    slices = Path(pydicom.data.get_testdata_file("CT_small.dcm")).read_bytes()
    (root / "a.dcm").write_bytes(slices)
    (root / "list.csv").write_text("path,label\n0.png,a\n,b\nNA,b\n1.png,c\n")
    found = [image for _, image in iterate(root / "list.csv")]
    assert [str(image)[-17:] for image in found[1:3]] == ["row 2 has no path", "row 3 has no path"]
    assert isinstance(found[3], Image)


def test_gray_saved_as_colour_in_a_set(tree: Tree) -> None:
    """One channel is given where no image is in colour; a single one leaves all as they are."""
    rgb = np.repeat(IMAGES[:4, ..., None], 3, axis=-1)
    root = tree(lambda i: f"{i}.png", [*rgb[:3], IMAGES[3]])
    (root / "bad.png").write_text("no image")
    images = in_one_channel(find_images(root))
    assert np.array_equal(np.stack([images[i].pixels for i in range(4)]), IMAGES[:4])
    assert images.warnings == (SAVED_AS_COLOUR,)
    rgb[2, 0, 0] = [1, 2, 3]
    coloured = in_one_channel(find_images(tree(lambda i: f"{i}.png", [*rgb], name="coloured")))
    assert [image.channel_axis for image in coloured] == [-1, -1, -1, -1]
    gray = in_one_channel(find_images(tree(lambda i: f"{i}.png", [IMAGES[0], *rgb[1:]], name="g")))
    assert [image.channel_axis for image in gray] == [None, None, -1, None]
    assert gray.warnings == ()


def test_what_is_no_source_is_refused() -> None:
    """Images in memory are no sources; the error says what takes them."""
    pixels = np.zeros((2, 8, 8), np.uint8)
    for strange in (pixels, [pixels[0]], Images(pixels)):
        with pytest.raises(InputError, match=r"a source of type .*features\.extract_many"):
            find_images(strange)
