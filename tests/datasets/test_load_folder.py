"""Folder trees."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS, PATIENTS

from imgpipe import InputError
from imgpipe.datasets import image_files, load
from imgpipe.images import resize, write

Tree = Callable[..., Path]


def by_class(i: int) -> str:
    return f"{LABELS[i]}/{i:02d}.png"


def test_classes_are_folders(tree: Tree) -> None:
    """Classes, labels, 16-bit pixels and paths come from the tree, in sorted order."""
    root = tree(by_class)
    data = load(root)
    order = [*range(0, 12, 2), *range(1, 12, 2)]
    assert data.classes == ("benign", "malignant")
    assert data.labels.tolist() == [0] * 6 + [1] * 6
    assert data.images.dtype == np.uint16
    assert np.array_equal(data.images, IMAGES[order])
    assert data.ids.tolist() == [str(root / by_class(i)) for i in order]
    assert data.split is None
    assert data.groups is None
    assert data.name == "tree"


@pytest.mark.parametrize("validation", ["val", "valid", "Validation"])
def test_given_split(tree: Tree, validation: str) -> None:
    """train, val and test folders are the split, under the names people use."""
    parts = ["train"] * 6 + [validation] * 2 + ["test"] * 4
    data = load(tree(lambda i: f"{parts[i]}/{by_class(i)}"))
    counts = {part: int((data.split == part).sum()) for part in ("train", "val", "test")}
    assert counts == {"train": 6, "val": 2, "test": 4}


def test_patients_from_folders_and_names(tree: Tree) -> None:
    """The folder below the class, or a pattern in the path, names the patient."""
    folders = load(tree(lambda i: f"{LABELS[i]}/{PATIENTS[i]}/a/{i}.png"), groups="folder")
    assert sorted(set(folders.groups.tolist())) == ["P0", "P1", "P2", "P3"]
    names = tree(lambda i: f"{LABELS[i]}/{PATIENTS[i]}_slice{i}.png", name="names")
    data = load(names, groups="re:(.+)_slice")
    assert data.groups[0] == "P0"
    assert data.ids[0].endswith("P0_slice0.png")


def test_patient_in_two_parts_stops(tree: Tree) -> None:
    """Two slices of one patient never land on both sides of a given split."""
    root = tree(lambda i: f"{'train' if i < 7 else 'test'}/{LABELS[i]}/{PATIENTS[i]}/{i}.png")
    with pytest.raises(InputError, match="P2: 1 of 4 patients has images in more than one part"):
        load(root, groups="folder")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("patient", "a folder tree has no columns; use 'folder'"),
        ("folder", "12 images have no patient"),
        ("re:(P", "no regular expression"),
        ("re:Q(.)", "12 images have no patient"),
    ],
)
def test_patients_that_are_not_there(tree: Tree, groups: str, message: str) -> None:
    """A wrong way to name patients is an error that says the right ones."""
    with pytest.raises(InputError, match=message):
        load(tree(by_class), groups=groups)


def test_clutter_is_passed_over(tree: Tree) -> None:
    """Hidden files are ignored; other files are counted in a warning, and so are empty folders."""
    root = tree(by_class)
    for name in (".DS_Store", "benign/.hidden.png", "benign/Thumbs.db", "__MACOSX/a.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    for name in ("benign/notes.txt", "benign/more.txt", "malignant/table.csv"):
        (root / name).write_text("x")
    (root / "unsure").mkdir()
    data = load(root)
    assert len(data) == 12
    assert data.warnings == (
        f"no images in the folder {root / 'unsure'}",
        "3 files without an image's suffix were passed over (.csv: 1, .txt: 2)",
    )


def test_bad_images_are_named_together(tree: Tree) -> None:
    """One error names the first bad files, what is wrong with each, and how many there are."""
    root = tree(by_class)
    (root / "benign/00.png").write_text("not an image at all")
    (root / "benign/02.png").write_bytes((root / "benign/04.png").read_bytes()[:-30])
    with pytest.raises(InputError, match=r"2 of 12 images cannot be read: .*00.png: a text file.*"
                       "02.png: truncated"):  # fmt: skip
        load(root)


def test_nothing_to_load(tmp_path: Path) -> None:
    """Missing and empty folders, and folders of folders without images, say so."""
    with pytest.raises(InputError, match="no such file or folder, nor a data set among synthetic"):
        load(tmp_path / "gone")
    (tmp_path / "empty" / "benign").mkdir(parents=True)
    for folder in (tmp_path / "empty", tmp_path / "empty" / "benign"):
        with pytest.raises(InputError, match="no images in it"):
            load(folder)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (lambda i: f"{i}.png", "12 images lie beside the class folders"),
        (lambda i: f"{'train' if i else 'benign'}/{by_class(i)}", "'benign' lies beside train"),
        (lambda i: f"{['val', 'valid'][i % 2]}/{by_class(i)}", "two folders mean one part"),
        (lambda i: f"{['benign', 'Benign'][i % 2]}/{i}.png", "differ only in case"),
    ],
)
def test_unclear_layouts(tree: Tree, layout: Callable[[int], str], message: str) -> None:
    """A tree that could mean two things is an error."""
    with pytest.raises(InputError, match=message):
        load(tree(layout))


def test_mixed_sizes_stay_in_their_files(tree: Tree) -> None:
    """Images of several sizes load one by one, and are refused where one size is needed."""
    images = [*IMAGES[:10], IMAGES[10, :5], IMAGES[11, :, :4]]
    data = load(tree(by_class, images))
    assert not data.images.is_stack
    assert data.sizes == {"8x6": 10, "5x6": 1, "8x4": 1}
    assert np.array_equal(data.images[5], images[10])
    assert np.array_equal(data.take([11, 0]).images[0], images[11])
    assert data.take(data.labels == 1).sizes == {"8x6": 5, "8x4": 1}
    with pytest.raises(InputError, match=r"images of 3 sizes \(8x6: 10, 5x6: 1, 8x4: 1\).*--size"):
        data.require_one_size()
    resized = load(tree(by_class, images), size=7)
    resized.require_one_size()
    assert np.array_equal(resized.images[5], resize(images[10], 7))


def test_large_sets_stay_in_their_files(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the memory limit the same pixels are read on access."""
    root = tree(by_class)
    held = load(root)
    monkeypatch.setattr(image_files, "MEMORY_LIMIT", 5 * IMAGES[0].nbytes)
    lazy = load(root)
    assert held.images.is_stack
    assert not lazy.images.in_memory
    assert np.array_equal(np.stack(list(lazy.images)), held.images)
    assert np.array_equal(lazy.images[-1], held.images[-1])
    assert len(lazy.images[2:5]) == 3
    with pytest.raises(IndexError):
        lazy.images[12]


def test_gray_among_colour(tree: Tree) -> None:
    """Gray files in a colour set are spread over three channels, with a warning."""
    rgb = np.repeat(IMAGES[..., None], 3, axis=-1)
    rgb[5, 2, 3, 1] ^= 1
    data = load(tree(by_class, [IMAGES[0], *rgb[1:]]))
    assert data.channel_axis == -1
    assert np.array_equal(data.images[0], rgb[0])
    assert data.warnings == (
        "1 gray images among 11 in colour: gray was repeated in three channels",
    )


@pytest.mark.parametrize("limit", [2**30, 3 * IMAGES[0].nbytes])
def test_gray_saved_as_colour(tree: Tree, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """Where all three channels are equal in every image, one is used, with a note."""
    monkeypatch.setattr(image_files, "MEMORY_LIMIT", limit)
    rgb = np.repeat(IMAGES[..., None], 3, axis=-1)
    data = load(tree(by_class, [IMAGES[0], *rgb[1:]]))
    assert data.channel_axis is None
    assert data.sizes == {"8x6": 12}
    assert np.array_equal(np.stack(list(data.images)), IMAGES[[*range(0, 12, 2), *range(1, 12, 2)]])
    assert data.warnings == (
        "gray images saved as colour (three equal channels): one channel is used",
    )


def test_mixed_depths_are_warned_of(tree: Tree, tmp_path: Path) -> None:
    """8-bit images among 16-bit ones are not converted, and a warning says so."""
    root = tree(by_class)
    write(root / "benign" / "00.png", IMAGES[0].astype(np.uint8))
    data = load(root)
    assert data.images[0].dtype == np.uint8
    assert data.images[1].dtype == np.uint16
    assert data.warnings == ("images of 2 pixel types (uint16: 11, uint8: 1)",)
    assert data.sizes == {"8x6": 12}


def test_split_argument_has_no_meaning(tree: Tree) -> None:
    """A folder tree has no column for a split."""
    with pytest.raises(InputError, match="says its split by folders"):
        load(tree(by_class), split="part")


def test_dicom_files_need_no_suffix(tmp_path: Path) -> None:
    """Files that scanners named IM0001 or by a UID are found; other files like that are not."""
    import pydicom.data

    data = Path(pydicom.data.get_testdata_file("MR_small.dcm")).read_bytes()
    for name in ("a/IM0001", "a/1.2.840.7", "b/IM0002", "b/x.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "b" / "README").write_text("no image")
    loaded = load(tmp_path)
    assert loaded.images.shape == (4, 64, 64)
    assert loaded.images.dtype == np.int16
    assert loaded.warnings[-1] == "1 file without an image's suffix was passed over (no suffix: 1)"
