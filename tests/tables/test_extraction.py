"""`extract_table`: the library's numbers in one table, bad images as rows, stops without loss."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgpipe import InputError
from imgpipe.features import extract
from imgpipe.images import write
from imgpipe.tables import StoppedExtraction, extract_table
from imgpipe.tables.rows import measuring


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two folders of three images each."""
    rng = np.random.default_rng(0)
    for name in ("benign", "malignant"):
        (tmp_path / "scans" / name).mkdir(parents=True)
        for i in range(3):
            pixels = rng.integers(0, 255, (9, 9 + i)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "scans" / name / f"{i}.png")
    return tmp_path / "scans"


def test_values_labels_and_errors(scans: Path) -> None:
    """Rows are what `extract` gives, labels are the folders', a bad file has NaN and a reason."""
    (scans / "malignant" / "1.png").write_text("not pixels")
    table = extract_table(scans, families="intensity", distance=[1])
    assert len(table) == 6
    assert table.columns == {"label": ["benign"] * 3 + ["malignant"] * 3}
    expected = extract(np.asarray(Image.open(table.ids[0])), families="intensity")
    assert dict(zip(table.names, table.values[0].tolist(), strict=True)) == expected
    assert [bool(error) for error in table.errors] == [False] * 4 + [True, False]
    assert table.ids[4] in table.errors[4]
    assert table.codes == ("",) * 4 + ("NO-IMAGE", "")
    assert list(table.to_frame().columns[-2:]) == ["error_code", "error"]
    assert np.isnan(table.values[4]).all()
    assert not list(scans.parent.glob("*.part"))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_file_holds_the_table(suffix: str, scans: Path, tmp_path: Path) -> None:
    """What is written is what is returned, and the journal is gone."""
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / "new" / f"f{suffix}"
    table = extract_table(scans, out, families=["intensity"])
    read = pd.read_csv(out, keep_default_na=False) if suffix == ".csv" else pd.read_parquet(out)
    pd.testing.assert_frame_equal(read, table.to_frame(), check_exact=True)
    written = sorted(path.name for path in out.parent.iterdir())
    assert written == [out.name, f"{out.name}.settings.yaml"]


def test_a_stop_keeps_what_is_done(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt says what is kept, and going on gives the bytes of an undisturbed run."""
    whole, stopped = tmp_path / "whole.csv", tmp_path / "stopped.csv"
    monkeypatch.setattr(measuring, "_CHUNK_IMAGES", 2)
    extract_table(scans, whole, families="intensity")
    real, calls = measuring.extract_many, []

    def interrupted(*args: object, **kwargs: object) -> object:
        calls.append(args)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(measuring, "extract_many", interrupted)
    with pytest.raises(StoppedExtraction, match="4 of 6 images are kept") as stop:
        extract_table(scans, stopped, families="intensity")
    assert (stop.value.kept, stop.value.total) == (4, 6)
    assert stop.value.path == tmp_path / "stopped.csv.part"
    assert not stopped.exists()
    monkeypatch.setattr(measuring, "extract_many", real)
    extract_table(scans, stopped, families=["intensity"], bins=32, resume=True)
    assert stopped.read_bytes() == whole.read_bytes()
    assert not stop.value.path.exists()


def test_a_list_of_files_has_no_labels(scans: Path) -> None:
    """Several sources make one table, without columns of their own."""
    files = sorted(scans.rglob("*.png"))
    table = extract_table([files[0], scans / "malignant", "gone.png"], families="intensity")
    assert table.ids == (*map(str, [files[0], *files[3:]]), "gone.png")
    assert table.columns == {}
    assert table.errors[-1] == "gone.png: no such file or folder"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"families": "nothing"}, "nothing"),
        ({"label": 1}, "label goes with masks"),
        ({"salt": "x"}, "salt goes with hash_ids"),
        ({"ivh_bins": 100}, "ivh_bins goes with the family ivh"),
        ({"ivh_bin_width": 2, "families": "glcm"}, "ivh_bin_width goes with the family ivh"),
        ({"resume": True}, "resume=True goes with out"),
        ({"out": "f.txt"}, "needs the suffix .csv or .parquet, found .txt"),
        ({"groups": "who"}, "names a column of a CSV manifest"),
    ],
)
def test_what_makes_no_sense(settings: dict, words: str, scans: Path) -> None:
    """Settings that could not be used are refused before the work."""
    with pytest.raises(InputError, match=words):
        extract_table(scans, **settings)


@pytest.mark.parametrize("name", ["masks", "colour"])
def test_unknown_settings(name: str, scans: Path) -> None:
    """What the source tells, and a setting that does not exist, are a TypeError."""
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        extract_table(scans, **{name: 1})  # type: ignore[arg-type]


def write_manifest(folder: Path, text: str) -> Path:
    """Write four images and a manifest of them."""
    for i in range(4):
        write(folder / f"{i}.png", np.full((8, 8), 40 * i, np.uint8))
    (folder / "list.csv").write_text(text)
    return folder / "list.csv"


def test_columns_of_a_manifest(tmp_path: Path) -> None:
    """Other names of path and label are taken, groups and split chosen; the rest is named."""
    path = write_manifest(
        tmp_path,
        "image,class,who,part,note\n0.png,0.0,7,train,x\n1.png,1,7.0,test,y\n2.png,,8,train,z\n",
    )
    table = extract_table(path, families="intensity", groups="who", split="part")
    assert table.columns == {
        "label": ["0", "1", ""],
        "group": ["7", "7.0", "8"],
        "split": ["train", "test", "train"],
        "note": ["x", "y", "z"],
    }
    assert table.warnings == (
        "column image was taken as path",
        "column class was taken as label",
        "patients '7' and '7.0' may be one, spelt in several ways",
    )
    told = extract_table(path, families="intensity").warnings[-1]
    assert told == (
        "columns who, part, note serve subgroups and sites only; if one names the patient: "
        "--groups COLUMN or, if one names the part (train, val, test): --split part"
    )
    with pytest.raises(InputError, match="no column 'fold' among image, class"):
        extract_table(path, split="fold")
    with pytest.raises(InputError, match="--split names a column of a CSV manifest"):
        extract_table("synthetic-nodules", split="part")


def test_other_columns_that_look_like_ours_get_another_name(tmp_path: Path) -> None:
    """No word of the manifest is taken for a feature or an error; hashing leaves it out."""
    text = "path,label,error,glcm_note,age\n0.png,a,none,1,40\n1.png,b,none,2,50\n2.png,a,,3,\n"
    path = write_manifest(tmp_path, text)
    table = extract_table(path, families="intensity")
    assert list(table.columns) == ["label", "manifest_error", "manifest_glcm_note", "age"]
    assert table.columns["age"] == ["40", "50", ""]
    hashed = extract_table(path, families="intensity", hash_ids=True)
    assert list(hashed.columns) == ["label"]
    assert any("age are left out" in note for note in hashed.warnings)


def test_labels_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    """An archive's labels are left out with the reason; one without labels needs none."""
    images = np.zeros((4, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=[0, 1, np.nan, 1])
    np.savez(tmp_path / "b.npz", images=images)
    table = extract_table(tmp_path / "a.npz", families="intensity")
    assert table.columns == {}
    (note,) = table.warnings
    assert note.startswith("labels are left out: ")
    assert "1 labels are NaN" in note
    assert extract_table(tmp_path / "b.npz", families="intensity").warnings == ()
