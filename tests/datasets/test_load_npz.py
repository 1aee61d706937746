"""NPZ files: both layouts, and everything that can be wrong with them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import find_images, load
from imgpipe.images import resize

RNG = np.random.default_rng(9)
IMAGES = RNG.integers(0, 256, (10, 8, 6), dtype=np.uint8)
LABELS = np.arange(10) % 2


def save(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def medmnist(path: Path, **changes: Any) -> Path:
    arrays: dict[str, Any] = {}
    for part, rows in {"train": slice(0, 6), "val": slice(6, 8), "test": slice(8, 10)}.items():
        arrays[f"{part}_images"] = IMAGES[rows]
        arrays[f"{part}_labels"] = LABELS[rows, None].astype(np.uint8)
    arrays.update(changes)
    return save(path, **{key: value for key, value in arrays.items() if value is not None})


def test_medmnist_layout(tmp_path: Path) -> None:
    """The official split is kept, ids are indices in each part, labels are one column."""
    data = load(medmnist(tmp_path / "x.npz"))
    assert np.array_equal(data.images, IMAGES)
    assert data.labels.tolist() == LABELS.tolist()
    assert data.labels.dtype == np.int64
    assert data.classes == ("0", "1")
    assert data.split.tolist() == ["train"] * 6 + ["val"] * 2 + ["test"] * 2
    assert data.ids.tolist() == [*"012345", *"01", *"01"]
    assert data.groups is None
    assert data.channel_axis is None


def test_official_file_names_give_class_names(tmp_path: Path) -> None:
    """A file called like an official MedMNIST file gets its class names."""
    assert load(medmnist(tmp_path / "pneumoniamnist.npz")).classes == ("normal", "pneumonia")
    assert load(medmnist(tmp_path / "breastmnist_64.npz")).classes == (
        "normal, benign",
        "malignant",
    )


def test_stack_layout(tmp_path: Path) -> None:
    """Class names, ids, patients and parts are taken from the keys that hold them."""
    path = save(
        tmp_path / "x.npz",
        images=np.stack([IMAGES, IMAGES[::-1], IMAGES], axis=-1),
        labels=LABELS,
        label_names=np.array(["sane", "ill"]),
        files=np.array([f"{i}.png" for i in range(10)]),
        patient=np.arange(10) // 4,
        split=np.array(["train"] * 4 + ["validation"] * 4 + ["test"] * 2),
        masks=IMAGES > 99,
    )
    data = load(path, groups="patient")
    assert data.classes == ("sane", "ill")
    assert data.ids[3] == "3.png"
    assert data.groups.tolist() == list("0000111122")
    assert data.split.tolist() == ["train"] * 4 + ["val"] * 4 + ["test"] * 2
    assert data.channel_axis == -1
    assert np.array_equal(data.masks, IMAGES > 99)


def test_text_labels_and_gaps(tmp_path: Path) -> None:
    """Text labels become classes in order, numbers by value; unused names are left out."""
    text = save(tmp_path / "t.npz", images=IMAGES[:4], labels=np.array(["10", "2", "b", "2"]))
    assert load(text).classes == ("2", "10", "b")
    assert load(text).labels.tolist() == [1, 0, 2, 0]
    gaps = save(tmp_path / "g.npz", images=IMAGES[:3], labels=[0, 2, 2], classes=["a", "b", "c"])
    assert load(gaps).classes == ("a", "c")
    assert load(gaps).labels.tolist() == [0, 1, 1]
    assert load(gaps).warnings == ("no image of b",)


def test_labels_of_one_value_are_one_class(tmp_path: Path) -> None:
    """0 and 0.0 are the class 0, from text and from floats; bytes are text."""
    for labels in (["1", "0", "1.0", "0.0"], [1.0, 0, 1, 0], [b"1", b"0.0", b"1", b"0"]):
        data = load(save(tmp_path / "x.npz", images=IMAGES[:4], labels=np.array(labels)))
        assert data.classes == ("0", "1")
        assert data.labels.tolist() == [1, 0, 1, 0]


def test_patients_of_two_parts_in_two_types(tmp_path: Path) -> None:
    """Integers in one part and floats in the other are the same patients."""
    groups = {"train_groups": np.arange(6), "val_groups": np.array([5.0, 7.0]),
              "test_groups": np.array([8.0, 9.0])}  # fmt: skip
    with pytest.raises(
        InputError, match=r"patients '5' and '5.0' differ only .* more than one part"
    ):
        load(medmnist(tmp_path / "x.npz", **groups))
    assert len(set(load(tmp_path / "x.npz", ids="exact").groups)) == 10


def test_classes_can_be_named(tmp_path: Path) -> None:
    """classes= stands before the names of the file, in both layouts."""
    named = save(tmp_path / "x.npz", images=IMAGES, labels=LABELS, classes=["sane", "ill"])
    assert load(named, classes=("healthy", "sick")).classes == ("healthy", "sick")
    assert load(medmnist(tmp_path / "m.npz"), classes=["a", "b"]).classes == ("a", "b")
    with pytest.raises(InputError, match=r"classes=.* but it is a registered data set"):
        load("synthetic-nodules", classes=["a", "b"])


def test_gray_saved_as_colour(tmp_path: Path) -> None:
    """Three equal channels are one, in both layouts; in one part alone they stay three."""
    note = "gray images saved as colour (three equal channels): one channel is used"
    rgb = np.repeat(IMAGES[..., None], 3, axis=-1)
    data = load(save(tmp_path / "x.npz", images=rgb, labels=LABELS, masks=IMAGES > 99))
    assert np.array_equal(data.images, IMAGES)
    assert np.array_equal(np.stack(list(data.masks)), IMAGES > 99)
    assert (data.channel_axis, data.warnings) == (None, (note,))
    rows = {"train": slice(0, 6), "val": slice(6, 8), "test": slice(8, 10)}
    parts = {f"{part}_images": rgb[at].copy() for part, at in rows.items()}
    data = load(medmnist(tmp_path / "m.npz", **parts), size=4)
    assert data.images.shape == (10, 4, 4)
    assert data.warnings[0] == note
    assert data.warnings[1].startswith("resizing to 4 x 4 changes the aspect ratio of 10 of 10")
    parts["test_images"][1, 2, 3, 0] ^= 1
    assert load(medmnist(tmp_path / "n.npz", **parts)).channel_axis == -1


def test_none_is_a_class(tmp_path: Path) -> None:
    """A class may be called none, which only "NA", "NaN" and their like may not."""
    labels = np.array(["none", "cyst"] * 5)
    assert load(save(tmp_path / "x.npz", images=IMAGES, labels=labels)).classes == ("none", "cyst")
    labels[3] = "NA"
    with pytest.raises(InputError, match=r"1 labels are empty or NaN \(row 4\)"):
        load(save(tmp_path / "y.npz", images=IMAGES, labels=labels))


def test_size_resizes_each_image(tmp_path: Path) -> None:
    """size= gives the same pixels as resizing image by image, dtype kept."""
    data = load(save(tmp_path / "x.npz", images=IMAGES, labels=LABELS), size=5)
    assert data.images.dtype == np.uint8
    assert np.array_equal(data.images, np.stack([resize(image, 5) for image in IMAGES]))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pixels": IMAGES}, "no key 'images' among pixels; expected images and labels"),
        ({"images": IMAGES}, "no key 'labels' among images"),
        ({"images": IMAGES, "labels": LABELS[:9]}, r"10 images but 'labels' has the shape \(9,\)"),
        ({"images": IMAGES, "labels": np.eye(10)}, "several for each image"),
        ({"images": IMAGES, "labels": IMAGES}, "one for each image is needed"),
        ({"images": IMAGES, "labels": LABELS + 0.5}, "label 0.5 is not a whole number"),
        ({"images": IMAGES, "labels": np.where(LABELS, np.nan, 1)}, "5 labels are NaN.*index 1"),
        ({"images": IMAGES, "labels": LABELS * 1j}, "labels of dtype complex"),
        ({"images": IMAGES, "labels": LABELS * 1e300}, r"label 1e.300 is too large for a class"),
        ({"images": IMAGES, "labels": np.where(LABELS, -np.inf, 1)}, "label -inf is too large"),
        ({"images": IMAGES, "labels": LABELS * np.uint64(2**64 - 1)}, "too large for a class"),
        ({"images": IMAGES, "labels": LABELS, "classes": ["a"]}, "label 1, but 1 class names"),
        ({"images": IMAGES, "labels": LABELS, "classes": ["a", "A"]}, "differ only in case"),
        ({"images": IMAGES, "labels": ["a"] * 9 + [""]}, r"1 labels are empty or NaN \(row 10\)"),
        ({"images": IMAGES[0], "labels": LABELS[:8]}, "a stack of images is"),
        ({"images": IMAGES * 1j, "labels": LABELS}, "dtype complex"),
        ({"images": np.dstack([IMAGES[0]] * 4)[None], "labels": [1]}, "4 channels"),
        ({"images": IMAGES, "labels": LABELS, "groups": ["a", "A"] * 5,
          "split": ["train", "test"] * 5}, "patients 'a' and 'A' differ only in"),
        ({"images": IMAGES, "labels": LABELS, "groups": [np.nan] * 10}, "10 patient ids are empty"),
        ({"images": IMAGES, "labels": LABELS, "split": ["dev"] * 10}, "split 'dev'; use train"),
    ],
)  # fmt: skip
def test_bad_contents(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    """Each unusable content gives one line that names the file and what was found."""
    path = save(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"val_labels": None}, "val_images without val_labels"),
        ({"test_images": IMAGES[8:, :5]}, "parts differ in size or type"),
        ({"test_labels": np.ones((2, 14))}, "parts differ in size or type"),
        ({"train_labels": np.ones((5, 1))}, "6 images but 'train_labels'"),
        ({"train_groups": np.arange(6)}, "some parts have groups"),
    ],
)
def test_bad_medmnist(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """Parts that do not fit together are named."""
    with pytest.raises(InputError, match=message):
        load(medmnist(tmp_path / "x.npz", **changes))


def test_multi_label_says_so(tmp_path: Path) -> None:
    """ChestMNIST's fourteen labels an image are no classes."""
    labels = {"train_labels": np.ones((6, 14))}
    labels |= {f"{part}_labels": np.ones((2, 14)) for part in ("val", "test")}
    with pytest.raises(InputError, match="several for each image"):
        load(medmnist(tmp_path / "x.npz", **labels))


def test_wanted_key_is_missing(tmp_path: Path) -> None:
    """groups= and split= name the keys that are there when theirs is not."""
    path = save(tmp_path / "x.npz", images=IMAGES, labels=LABELS)
    with pytest.raises(InputError, match="no key 'patient' among images, labels"):
        load(path, groups="patient")
    with pytest.raises(InputError, match="no key 'part' among"):
        load(path, split="part")
    with pytest.raises(InputError, match="no key 'train_patient' among"):
        load(medmnist(tmp_path / "m.npz"), groups="patient")
    with pytest.raises(InputError, match="its keys already name the parts"):
        load(medmnist(tmp_path / "m.npz"), split="part")


@pytest.mark.parametrize("key", ["images", "labels"])
def test_objects_are_never_unpickled(tmp_path: Path, key: str) -> None:
    """Object arrays are refused by their header, whichever key holds them."""
    arrays: dict[str, Any] = {"images": IMAGES, "labels": LABELS}
    ragged = np.empty(10, object)
    ragged[:] = [IMAGES[0]] * 10
    arrays[key] = ragged
    with pytest.raises(InputError, match=f"'{key}': an array of Python objects"):
        load(save(tmp_path / "x.npz", **arrays))


def test_every_cut_is_an_error(tmp_path: Path) -> None:
    """An archive cut anywhere is an error, since its directory comes last."""
    data = save(tmp_path / "x.npz", images=IMAGES[:2, :2, :2], labels=[0, 1]).read_bytes()
    cut = tmp_path / "cut.npz"
    for length in range(0, len(data), 3):
        cut.write_bytes(data[:length])
        with pytest.raises(InputError, match=r"cut\.npz"):
            load(cut)


def test_wrong_byte_fails_the_checksum(tmp_path: Path) -> None:
    """A pixel that changed on disk is an error, not another pixel."""
    path = tmp_path / "x.npz"
    np.savez(path, images=IMAGES, labels=LABELS)
    data = bytearray(path.read_bytes())
    data[data.find(IMAGES.tobytes()) + 50] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"x\.npz: 'images'"):
        load(path)


def test_headers_are_checked_before_allocation(tmp_path: Path) -> None:
    """A header that declares more than the archive or the memory holds is refused."""
    path = tmp_path / "x.npz"
    for shape, message in [((99, 8, 6), "declares 4880 bytes, but the archive holds 608"),
                           ((10**5, 10**4, 10**5), "declares")]:  # fmt: skip
        member = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("images.npy", member.getvalue() + IMAGES.tobytes())
            file.writestr("labels.npy", b"")
        with pytest.raises(InputError, match=message):
            load(path)


def test_memory_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays that would not fit are refused with both sizes."""
    import psutil

    path = save(tmp_path / "x.npz", images=IMAGES, labels=LABELS)
    tiny = type("Memory", (), {"available": 500})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: tiny)
    with pytest.raises(InputError, match=r"needs 0.0 GB unpacked, and 0.0 GB of memory are free"):
        load(path)


@pytest.mark.parametrize("content", [b"", b"images,labels\n", b"PK\x03\x04" + bytes(50)])
def test_no_archive(tmp_path: Path, content: bytes) -> None:
    """A file that only is called .npz gives one line."""
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.npz: not an NPZ file, or cut short"):
        load(tmp_path / "x.npz")


@pytest.mark.data
def test_real_sets(shared_data: Path) -> None:
    """The shared real sets load with the counts that their description states."""
    chest = load(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    parts, counts = np.unique(chest.split, return_counts=True)
    assert dict(zip(parts.tolist(), counts.tolist(), strict=True)) == {
        "train": 4708,
        "val": 524,
        "test": 624,
    }
    kinds = load(shared_data / "mednist" / "mednist_600_per_class.npz")
    assert set(kinds.counts.values()) == {600}
    assert len(kinds.classes) == 6
    breast = load(shared_data / "busi" / "busi_128.npz", size=32)
    assert breast.counts == {"normal": 133, "benign": 437, "malignant": 210}
    assert breast.images.shape == breast.masks.shape == (780, 32, 32)
    with pytest.raises(InputError, match="labels of shape"):
        load(shared_data / "nuclei" / "dsb2018_nuclei_256.npz")


@pytest.mark.parametrize("key", ["mask", "segmentations", "roi"])
def test_masks_under_another_key_are_pointed_out(key: str, tmp_path: Path) -> None:
    """Arrays that are called like masks, and not read, are named wherever the archive is read."""
    told = f"key {key} is not used; if it holds the masks, call it masks"
    masks = IMAGES > 100
    path = save(tmp_path / "a.npz", images=IMAGES, labels=LABELS, **{key: masks})
    assert told in load(path).warnings
    assert told in find_images(path).warnings
    parts = medmnist(tmp_path / "b.npz", **{f"train_{key}": masks[:6]})
    assert f"key train_{key} is not used; if it holds the masks, call it masks" in (
        load(parts).warnings
    )


def test_masks_with_nan_name_the_archive(tmp_path: Path) -> None:
    """NaN is neither inside nor outside."""
    masks = (IMAGES > 100).astype(float)
    masks[4, 0, 0] = np.nan
    path = save(tmp_path / "a.npz", images=IMAGES, labels=LABELS, masks=masks)
    with pytest.raises(InputError, match=r"a\.npz: 'masks' holds NaN"):
        load(path)
