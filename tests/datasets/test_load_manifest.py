"""CSV manifests."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS, PATIENTS
from pydicom import examples

from imgpipe import InputError
from imgpipe._common import shown
from imgpipe.datasets import find_images, load
from imgpipe.datasets.files.table import read_table
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
    with pytest.raises(
        InputError, match=r"m.png: a mask of shape \(3, 6\), but its image .* has \(8, 6\)"
    ):
        load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the manifest is empty"),
        ("path,label\n", "lists no images"),
        (
            "id,label\n0.png,a\n",
            "no column 'path' among id, label; expected are the columns path "
            "and label .path may be called image, file",
        ),
        ("path,sort\n0.png,a\n", "no column 'label' among path, sort; expected.*called class"),
        ("file,img,label\n0.png,1.png,a\n", "the columns file, img could all be 'path'"),
        ("path;label;note, more\n0.png;a;b\n", "separated by semicolons"),
        ("sep=;\npath;label\n0.png;a\n", "separated by semicolons"),
        ("path;label\n0.png;a\n", "separated by semicolons; save it with commas"),
        ("path\tlabel\n0.png\ta\n", "separated by tabs"),
        ("path,label,label\n0.png,a,b\n", "'label' is there twice"),
        ("path,label\n0.png,a\n1.png\n", "2 columns, but not in line 3"),
        ("path,label\n0.png,a\n1.png,\n", r"1 labels are empty or NaN \(row 2\)"),
        ("path,label\n0.png,a\n1.png,NaN\n", r"1 labels are empty or NaN \(row 2\)"),
        ("path,label\n0.png,#REF!\n1.png,a\n", r"1 labels are empty or NaN \(row 1\)"),
        ("path,label\n0.png,a\n1.png,A\n", "classes 'a' and 'A' differ only in case"),
        ("path,label,group\n0.png,a,\n1.png,b,p\n", "1 patient ids are empty"),
        ("path,label,group,split\n0.png,a,p1,train\n1.png,b,P 1,test\n", "patients 'p1' and 'P 1'"),
        ("path,label\nC:\\x\\0.png,a\n\\\\pc\\1.png,b\n", "paths of a Windows machine"),
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
        f"columns {', '.join(more)} serve subgroups and sites only; if one names the patient: "
        f"--groups {likely}"
    )
    assert load(path, groups=more[0]).warnings == ()


def test_a_split_under_another_name_is_pointed_out(manifest: Manifest) -> None:
    """A column called like a split, or full of its words, is named even where patients are."""
    path = manifest("path,label,part,who\n0.png,a,x,1\n1.png,b,y,2\n")
    assert load(path).warnings[0].endswith("--groups who or, if one names the part (train, val, "
                                           "test): --split part")  # fmt: skip
    path = manifest("path,label,who,where\n0.png,a,1,Train\n1.png,b,2,test\n")
    (warning,) = load(path, groups="who").warnings
    assert warning == (
        "column where serves subgroups and sites only; if it names the part (train, val, test): "
        "--split where"
    )
    assert load(path, groups="who", split="where").warnings == ()


@pytest.mark.parametrize("header", ["image,class", "Path,Label", "img_path,dx", "File Name,y"])
def test_obvious_names_of_columns(manifest: Manifest, header: str) -> None:
    """Columns under another name are taken with a note; our own names come first."""
    data = load(manifest(f"{header},group\n0.png,a,p\n1.png,b,q\n"))
    assert data.ids.tolist() == ["0.png", "1.png"]
    names = header.split(",")
    assert data.warnings == (
        f"column {names[0]} was taken as path",
        f"column {names[1]} was taken as label",
    )
    both = load(manifest("image,path,label,class\nx,0.png,a,c\nx,1.png,b,d\n"))
    assert both.classes == ("a", "b")
    assert both.warnings[0].startswith("columns image, class serve")


def test_paths_of_windows(manifest: Manifest) -> None:
    """Backslashes lead into folders, for masks too; the entries as they are stay the ids."""
    path = manifest("path,label,mask\nin\\0.png,a,in\\m.png\n1.png,b,in\\m.png\n")
    (path.parent / "in").mkdir()
    (path.parent / "0.png").rename(path.parent / "in" / "0.png")
    write(path.parent / "in" / "m.png", IMAGES[0] > 30000)
    data = load(path)
    assert np.array_equal(data.images[0], IMAGES[0])
    assert data.ids.tolist() == ["in\\0.png", "1.png"]
    assert np.array_equal(data.masks[0], IMAGES[0] > 30000)


def test_a_backslash_may_be_part_of_a_name(manifest: Manifest) -> None:
    """Where the file is there as it is written, nothing is read into its name."""
    path = manifest("path,label\nin\\0.png,a\n1.png,b\n")
    write(path.parent / "in\\0.png", IMAGES[5])
    assert np.array_equal(load(path).images[0], IMAGES[5])


@pytest.mark.parametrize(
    "stored", ["gro\u0308\u00dfe.png".encode(), "gr\u00f6\u00dfe.png".encode("latin-1")]
)
def test_names_in_other_forms(manifest: Manifest, stored: bytes) -> None:
    """A composed name finds the decomposed one on disk, and one in Latin-1, also as we show it."""
    path = manifest("path,label\ngr\u00f6\u00dfe.png,a\n1.png,b\n")
    os.rename(path.parent / "0.png", os.path.join(os.fsencode(path.parent), stored))
    assert np.array_equal(load(path).images[0], IMAGES[0])
    path.write_text(f"path,label\n{shown(os.fsdecode(stored))},a\n1.png,b\n", encoding="utf-8")
    assert np.array_equal(load(path).images[0], IMAGES[0])


def test_names_in_another_case(manifest: Manifest) -> None:
    """A table made where case does not matter finds the file, unless two could be meant."""
    path = manifest("path,label\n0.PNG,a\n1.png,b\n")
    assert np.array_equal(load(path).images[0], IMAGES[0])
    (path.parent / "1.png").rename(path.parent / "0.Png")
    path.write_text("path,label\n0.PNG,a\n2.png,b\n")
    with pytest.raises(InputError, match=r"1 of 2 files do not exist beside the manifest: 0.PNG"):
        load(path)


def test_one_patient_in_two_spellings(manifest: Manifest) -> None:
    """Without a split they are one, with a warning of the pairs; ids="exact" keeps them apart."""
    path = manifest("path,label,group\n0.png,a,7\n1.png,b,7.0\n2.png,a,P8\n3.png,b,p8\n")
    data = load(path)
    assert data.groups.tolist() == ["7", "7", "P8", "P8"]
    (warning,) = data.warnings
    assert warning.startswith("patients '7' and '7.0', 'P8' and 'p8' differ only in case, blanks")
    assert "--ids exact" in warning
    exact = load(path, ids="exact")
    assert exact.groups.tolist() == ["7", "7.0", "P8", "p8"]
    assert exact.warnings == ()


def test_exact_ids_across_a_split(manifest: Manifest) -> None:
    """ids="exact" lets the spellings stand on two sides; other words are refused."""
    path = manifest("path,label,group,split\n0.png,a,7,train\n1.png,b,007,test\n")
    with pytest.raises(InputError, match=r"'7' and '007' differ only in .* in more than one part"):
        load(path)
    assert load(path, ids="exact").groups.tolist() == ["7", "007"]
    with pytest.raises(InputError, match="ids='loose'; 'exact' is"):
        load(path, ids="loose")


def test_exact_classes(manifest: Manifest) -> None:
    """ids="exact" is the way out for classes, too."""
    path = manifest("path,label\n0.png,t1\n1.png,T1\n")
    with pytest.raises(InputError, match="classes 't1' and 'T1' differ only in"):
        load(path)
    assert load(path, ids="exact").classes == ("T1", "t1")


def test_named_classes(manifest: Manifest) -> None:
    """classes= names the labels 0 and 1; of two the positive one stands last."""
    path = manifest("path,label\n0.png,0\n1.png,1.0\n2.png,0\n")
    data = load(path, classes=["tumour", "normal"])
    assert data.classes == ("normal", "tumour")
    assert data.labels.tolist() == [1, 0, 1]
    assert load(path, classes=["tumour", "normal"], positive="normal").labels.tolist() == [0, 1, 0]
    with pytest.raises(InputError, match="label 1, but 1 class names"):
        load(path, classes=["tumour"])
    with pytest.raises(InputError, match="two classes have one name"):
        load(path, classes=["a", "a"])
    text = manifest("path,label\n0.png,b\n1.png,a\n")
    assert load(text, classes=["b", "a"]).classes == ("b", "a")
    with pytest.raises(InputError, match="label 'a' is not among the classes x, y"):
        load(text, classes=["x", "y"])


def test_one_unused_column_is_named(manifest: Manifest) -> None:
    """A single unused column is named alone; the asked split is in use."""
    path = manifest("path,label,part,who\n0.png,a,train,x\n1.png,b,test,y\n")
    (warning,) = load(path, split="part").warnings
    assert (
        warning
        == "column who serves subgroups and sites only; if it names the patient: --groups who"
    )


def test_a_region_without_masks_is_no_structure_set(manifest: Manifest) -> None:
    """A column region may name a part of the body; without a column mask it is not used."""
    path = manifest("path,label,region\n0.png,a,hand\n1.png,b,foot\n")
    note = "column region is not used: it goes with a column mask"
    assert load(path).warnings == (note,)
    assert find_images(path).warnings == (note,)
    assert len(list(find_images(path))) == 2


def test_bad_images_are_named(manifest: Manifest) -> None:
    """A listed file that is no image is named with the reason."""
    path = manifest("path,label\n0.png,a\n1.png,b\n")
    (path.parent / "1.png").write_text("not an image")
    with pytest.raises(InputError, match=r"1 of 2 images cannot be read: .*1\.png: a text file"):
        load(path)


@pytest.mark.parametrize("suffix", [".tsv", ".xlsx"])
def test_other_tables_are_told_how(manifest: Manifest, suffix: str) -> None:
    """A table of another kind is told to be saved as CSV."""
    path = manifest("path\tlabel\n0.png\ta\n").rename(manifest("").with_suffix(suffix))
    with pytest.raises(InputError, match=r"a table is read as CSV; save it with commas, as list"):
        load(path)


def test_other_encodings_are_refused(manifest: Manifest) -> None:
    """A UTF-16 file from a spreadsheet program is told apart from UTF-8."""
    path = manifest("")
    path.write_bytes("path,label\n0.png,ä\n".encode("utf-16"))
    with pytest.raises(InputError, match="not UTF-8 text"):
        load(path)


@pytest.mark.parametrize("blank", ["", "NA", "nan", "None", "#N/A"])
def test_a_missing_mask_is_the_whole_image(manifest: Manifest, blank: str) -> None:
    """Whatever R, pandas and spreadsheets write where there is no mask, or no region."""
    rows = "".join(
        f"{i}.png,{LABELS[i]},{blank if i < 2 else f'{i - 1}.png'},{blank}\n" for i in range(12)
    )
    path = manifest("path,label,mask,region\n" + rows)
    assert [mask is None for mask in load(path).masks] == [True] * 2 + [False] * 10
    assert [image.mask is None for image in find_images(path)] == [True] * 2 + [False] * 10


@pytest.mark.parametrize("name", ["masks", "mask_path", "Mask File", "segmentation_path"])
def test_masks_under_another_name(manifest: Manifest, name: str) -> None:
    """An obvious other name of the column of masks is taken, with a note."""
    rows = "".join(f"{i}.png,{LABELS[i]},{(i + 1) % 12}.png\n" for i in range(12))
    data = load(manifest(f"path,label,{name}\n" + rows))
    assert data.images.masked_all
    assert f"column {name} was taken as mask" in data.warnings


def test_what_may_be_masks_is_told(manifest: Manifest) -> None:
    """A column that may name masks is pointed out, also where the patients are known."""
    rows = "".join(f"{i}.png,{LABELS[i]},{PATIENTS[i]},yes\n" for i in range(12))
    data = load(manifest("path,label,group,segmentation\n" + rows), groups="group")
    told = "column segmentation is not used; if it holds the masks, call it mask"
    assert told in data.warnings


def test_a_mixture_of_units_is_told(tmp_path: Path) -> None:
    """Images with a spacing in mm beside images without: their lengths cannot be compared."""
    shutil.copy(examples.get_path("ct"), tmp_path / "b.dcm")
    write(tmp_path / "a.png", IMAGES[0])
    (tmp_path / "m.csv").write_text("path,label\na.png,x\nb.dcm,y\n")
    told = "1 images without spacing among 1 with one: lengths of the former are in pixels"
    assert any(told in text for text in load(tmp_path / "m.csv", size=16).warnings)


def test_other_columns_are_kept_as_they_stand(tmp_path: Path) -> None:
    for i in range(2):
        write(tmp_path / f"{i}.png", np.full((8, 8), i, np.uint8))
    (tmp_path / "m.csv").write_text("path,label,who,age,site\n0.png,a,p,40,B\n1.png,b,q,,C\n")
    data = load(tmp_path / "m.csv", groups="who")
    assert {name: list(values) for name, values in data.columns.items()} == {
        "age": ["40", ""],
        "site": ["B", "C"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "path;label;note, more\n0.png;a;x, y\n1.png;b;z\n",
        "sep=;\npath;label;note, more\n0.png;a;x, y\n1.png;b;z\n",
        "\ufeffpath\tlabel\tnote, more\n0.png\ta\tx, y\n1.png\tb\tz\n",
        'sep=,\npath,label,"note, more"\n0.png,a,"x, y"\n1.png,b,z\n',
    ],
)
def test_other_marks_between_cells(manifest: Manifest, text: str) -> None:
    """Semicolons and tabs, which spreadsheet programs write, are read in spreadsheets alone."""
    table = read_table(manifest(text), (), any_mark=True)
    assert table.values("label") == ["a", "b"]
    assert table.values("note, more") == ["x, y", "z"]
    if "sep=," in text:
        data = load(manifest(text))
        assert [data.classes[k] for k in data.labels] == ["a", "b"]
    else:
        with pytest.raises(
            InputError, match=r"separated by (semicolons|tabs); save it with commas"
        ):
            load(manifest(text))
