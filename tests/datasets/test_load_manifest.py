"""CSV manifests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS, PATIENTS

from imgpipe import InputError
from imgpipe.datasets import load
from imgpipe.images import write

Manifest = Callable[[str], Path]
ROWS = "".join(f"{i}.png,{LABELS[i]},{PATIENTS[i]}\n" for i in range(12))


def test_columns(manifest: Manifest) -> None:
    """Rows give images, labels and patients in their own order; blanks and a BOM do not matter."""
    data = load(manifest("\ufeffpath , label,group\n" + ROWS.replace(",P", ", P")))
    assert np.array_equal(data.images, IMAGES)
    assert data.labels.tolist() == [0, 1] * 6
    assert data.groups.tolist() == PATIENTS
    assert data.ids.tolist() == [f"{i}.png" for i in range(12)]
    assert data.split is None


def test_asked_columns(manifest: Manifest) -> None:
    """groups= and split= choose columns of other names; leading zeros of ids stay."""
    rows = "".join(f"{i}.png,{LABELS[i]},00{i // 6},{'Train' if i < 6 else 'test'}\n"
                   for i in range(12))  # fmt: skip
    data = load(manifest("path,label,patient,part\n" + rows), groups="patient", split="part")
    assert set(data.groups.tolist()) == {"000", "001"}
    assert data.split.tolist() == ["train"] * 6 + ["test"] * 6


def test_paths_may_be_absolute(manifest: Manifest) -> None:
    """An absolute path is used as it is, and stays the id."""
    path = manifest("")
    path.write_text(f"path,label\n{path.parent / '0.png'},a\n1.png,b\n")
    assert load(path).ids.tolist() == [str(path.parent / "0.png"), "1.png"]


def test_masks(manifest: Manifest) -> None:
    """A mask column gives booleans, resized with the image; other shapes are refused."""
    path = manifest("path,label,mask\n0.png,a,m.png\n1.png,b,m.png\n")
    mask = IMAGES[0] > 30000
    write(path.parent / "m.png", mask)
    assert np.array_equal(load(path).masks[1], mask)
    assert load(path, size=4).masks[0].shape == (4, 4)
    write(path.parent / "m.png", mask[:3])
    with pytest.raises(InputError, match=r"m.png is \(3, 6\), its image \(8, 6\)"):
        load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the manifest is empty"),
        ("path,label\n", "lists no images"),
        ("file,label\n0.png,a\n", "no column 'path' among file, label"),
        ("path,class\n0.png,a\n", "no column 'label' among path, class"),
        ("path;label\n0.png;a\n", "separated by semicolons; save it with commas"),
        ("path\tlabel\n0.png\ta\n", "separated by tabs"),
        ("path,label,label\n0.png,a,b\n", "'label' is there twice"),
        ("path,label\n0.png,a\n1.png\n", "2 columns, but not in line 3"),
        ("path,label\n0.png,a\n1.png,\n", r"1 labels are empty or NaN \(row 2\)"),
        ("path,label\n0.png,a\n1.png,NaN\n", r"1 labels are empty or NaN \(row 2\)"),
        ("path,label\n0.png,a\n1.png,A\n", "classes 'a' and 'A' differ only in case"),
        ("path,label,group\n0.png,a,\n1.png,b,p\n", "1 patient ids are empty"),
        ("path,label,group\n0.png,a,p1\n1.png,b,P 1\n", "patients 'p1' and 'P 1' differ only"),
        ("path,label,split\n0.png,a,train\n1.png,b,dev\n", "split 'dev'; use train, val and test"),
        ("path,label,group,split\n0.png,a,p,train\n1.png,b,p,test\n", "p: 1 of 1 patients"),
        ("path,label\n0.png,a\n./0.png,b\n", "0.png is listed twice .rows 1 and 2."),
        ("path,label\nx.png,a\ny.png,b\n0.png,a\n", "2 of 3 files do not exist.*x.png, y.png"),
        ("path,label\n,a\n", "1 entries of 'path' are empty"),
        ('path,label\n"0.png,a\n', "not a CSV file"),
    ],
)
def test_bad_manifests(manifest: Manifest, text: str, message: str) -> None:
    """Each mistake gives one line that names the manifest and what is wrong."""
    path = manifest(text)
    with pytest.raises(InputError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wanted_column_is_missing(manifest: Manifest) -> None:
    """groups= and split= list the columns that are there when theirs is not."""
    path = manifest("path,label\n0.png,a\n1.png,b\n")
    with pytest.raises(InputError, match="no column 'patient' among path, label"):
        load(path, groups="patient")
    with pytest.raises(InputError, match="no column 'part' among path, label"):
        load(path, split="part")


@pytest.mark.parametrize(
    ("more", "likely"),
    [
        (["patient", "note"], "patient"),
        (["note", "PatientID"], "PatientID"),
        (["note", "patient_id"], "patient_id"),
        (["site", "subject"], "subject"),
        (["site", "subject_id"], "subject_id"),
        (["case", "site"], "case"),
        (["site", "note"], "COLUMN"),
    ],
)
def test_unused_columns_are_named(manifest: Manifest, more: list[str], likely: str) -> None:
    """A column of patients that nobody asked for is pointed out, the likely one by name."""
    path = manifest(f"path,label,{','.join(more)}\n0.png,a,x,y\n1.png,b,x,y\n")
    (warning,) = load(path).warnings
    assert warning == (
        f"columns {', '.join(more)} are not used; if one names the patient: --groups {likely}"
    )
    assert load(path, groups=more[0]).warnings == ()


def test_one_unused_column_is_named(manifest: Manifest) -> None:
    """A single unused column is named alone; mask, region and the asked split are in use."""
    path = manifest("path,label,region,part,who\n0.png,a,r,train,x\n1.png,b,r,test,y\n")
    (warning,) = load(path, split="part").warnings
    assert warning == "column who is not used; if it names the patient: --groups who"


def test_bad_images_are_named(manifest: Manifest) -> None:
    """A listed file that is no image is named with the reason."""
    path = manifest("path,label\n0.png,a\n1.png,b\n")
    (path.parent / "1.png").write_text("not an image")
    with pytest.raises(InputError, match=r"1 of 2 images cannot be read: .*1\.png: a text file"):
        load(path)


def test_other_encodings_are_refused(manifest: Manifest) -> None:
    """A UTF-16 file from a spreadsheet program is told apart from UTF-8."""
    path = manifest("")
    path.write_bytes("path,label\n0.png,ä\n".encode("utf-16"))
    with pytest.raises(InputError, match="not UTF-8 text"):
        load(path)
