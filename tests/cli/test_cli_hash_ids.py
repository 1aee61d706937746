"""`--hash-ids`: no path, patient or identifier of DICOM in what is written or said."""

import csv
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run
from PIL import Image

from benchmarks.fuzz_readers.seeds_dicom import DEEP, image_of, written
from imgpipe._common.pseudonyms import Pseudonyms
from imgpipe._common.texts import say
from imgpipe.bundle import predict_in_parts

WORDS = ("doe", "jane", "4711", "miller", "1.2.3.4.5")


def hospital(folder: Path) -> Path:
    """A manifest of DICOM files whose paths, tags and columns name patients; some are broken."""
    rows = ["path,mask,label,group,referrer"]
    for i in range(4):
        place = folder / "doe_jane"
        place.mkdir(exist_ok=True)
        uids = {"StudyInstanceUID": "1.2.3.4.5.6", "SeriesInstanceUID": f"1.2.3.4.5.7.{i}"}
        dataset = image_of(DEEP + i, PatientID="4711", PatientName="Doe^Jane", **uids)
        content = written(dataset)
        (place / f"4711-{i}.dcm").write_bytes(content[:-20] if i == 3 else content)
        mask = "" if i != 2 else "doe_jane/miller.png"
        rows.append(f"doe_jane/4711-{i}.dcm,{mask},{'ab'[i % 2]},Doe Jane,Dr Miller")
    Image.fromarray(np.ones((3, 3), np.uint8)).save(folder / "doe_jane" / "miller.png")
    path = folder / "m.csv"
    path.write_text("\n".join(rows))
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_names_nobody(run: Run, tmp_path: Path) -> None:
    """Ids, groups and identifiers are hashes, errors name a hash, other columns are left out."""
    source, out = hospital(tmp_path), tmp_path / "f.csv"
    args = ("extract", source, "--out", out, "--families", "intensity", "--jobs", 1)
    done = run(*args, "--hash-ids", "--salt", "pepper")
    assert done.exit_code == 1
    said = (out.read_text() + done.stdout.replace(str(out), "") + done.stderr).lower()
    assert not [word for word in WORDS if word in said]
    rows, names = rows_of(out), Pseudonyms("pepper")
    assert [row["id"] for row in rows] == [names.of(f"doe_jane/4711-{i}.dcm") for i in range(4)]
    assert {row["group"] for row in rows} == {names.of("Doe Jane")}
    assert {row["PatientID"] for row in rows[:2]} == {names.of("4711")}
    assert "referrer" not in rows[0]
    assert "referrer" in done.stderr
    assert [row["error_code"] for row in rows] == ["", "", "MASK-SHAPE", "DAMAGED"]
    assert rows[2]["id"] in rows[2]["error"]
    assert rows[3]["error"].startswith(f"{rows[3]['id']}: truncated")


def test_one_salt_gives_the_same_hashes_and_a_drawn_one_others(run: Run, tmp_path: Path) -> None:
    """Tables of one salt can be joined; without a salt nobody can make the hashes again."""
    source = hospital(tmp_path)
    ids = []
    for i, salt in enumerate((("--salt", "a"), ("--salt", "a"), ("--salt", "b"), ())):
        out = tmp_path / f"{i}.csv"
        run(
            "extract",
            source,
            "--out",
            out,
            "--families",
            "intensity",
            "--jobs",
            1,
            "--hash-ids",
            *salt,
        )
        ids.append([row["id"] for row in rows_of(out)])
    assert ids[0] == ids[1]
    assert len({tuple(each) for each in ids}) == 3


def test_predictions_name_nobody(run: Run, trees: Path, model: Path, tmp_path: Path) -> None:
    """Ids of predictions are those of the table with the same salt; errors name a hash."""
    folder = tmp_path / "doe"
    folder.mkdir()
    for i, file in enumerate(sorted(trees.rglob("*.png"))[:2]):
        (folder / f"4711-{i}.png").write_bytes(file.read_bytes())
    (folder / "jane.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    out = tmp_path / "p.csv"
    args = ("predict", model, "--trust", folder, "--hash-ids", "--salt", "pepper")
    done = run(*args, "--out", out)
    assert done.exit_code == 1
    said = (out.read_text() + done.stderr).lower()
    assert not [word for word in WORDS if word in said]
    names = Pseudonyms("pepper")
    assert {row["id"] for row in rows_of(out)} == {names.of(str(path)) for path in folder.iterdir()}
    printed = run(*args)
    assert printed.stdout.replace("\r", "").split() == out.read_text().split()
    stopped = predict_in_parts(
        model, folder, tmp_path / "q.csv", hash_ids=True, salt="pepper", trust=True
    )
    assert next(stopped).errors[2].endswith(": truncated: the PNG file ends before its last chunk")
    stopped.close()
    kept = (tmp_path / "q.csv.part").read_bytes().lower()
    assert not [word for word in WORDS if word.encode() in kept]
    assert run(*args, "--resume", "--out", tmp_path / "q.csv").exit_code == 1
    assert (tmp_path / "q.csv").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("a/doe.png: truncated", "truncated"),
        ("a/doe.png: mask a/doe_mask.png has shape (3, 3)", "has shape (3, 3)"),
        ("a/doe.png: 2 series (1.2.3.4.5.6, 1.2.3.4.5.7); name one", "2 series"),
        ("a/doe.png: holds 2 regions ('Doe', \"Jane\")", "holds 2 regions"),
        ("a/doe.png: doe.png, doe and other.dcm differ", "differ"),
    ],
)
def test_what_a_message_keeps(message: str, kept: str) -> None:
    """The hash of the image and what is wrong stay; paths, names, quotes and identifiers go."""
    told = Pseudonyms("s").in_message(message, "a/doe.png")
    assert kept in told
    assert told.startswith(Pseudonyms("s").of("a/doe.png"))
    assert not [word for word in (*WORDS, "Doe", "Jane", "other") if word in told]


@pytest.mark.parametrize("gap", ["  ", "\t", "\n"])
def test_a_name_with_gaps_is_hidden(gap: str) -> None:
    """Messages have single spaces, where a name, or that of its mask, has a tab or two spaces."""
    name, mask = f"a/doe{gap}ann jane.png", f"a/doe{gap}ann miller.png"
    names = Pseudonyms("s")
    message = " ".join(f"{name}: mask {mask} differs".split())
    assert names.in_message(message, name, [mask]) == f"{names.of(name)}: mask *** differs"


def test_what_a_note_keeps() -> None:
    """The words of the template and numbers stay; strings, nested and listed, go."""
    inner = say("{name} ({n} files)", name="Doe", n=3)
    note = say("{names:,} are one; {inner}", names=["Doe", "Jane"], inner=inner)
    assert Pseudonyms("s").in_note(note) == "***, *** are one; *** (3 files)"
