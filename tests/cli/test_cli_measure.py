"""`imgpipe measure`: pairs, table, page, and what it says of files that cannot be used."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error
from PIL import Image as Picture

from imgpipe import images, segment


def mask(top: int, left: int, label: int = 1, side: int = 6) -> np.ndarray:
    out = np.zeros((20, 24), np.uint8)
    out[top : top + side, left : left + side] = label
    return out


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Three masks by name, one of them empty, and their references, of which one has no mask."""
    for folder, shift in (("found", 1), ("drawn", 0)):
        (tmp_path / folder).mkdir()
        for i, name in enumerate(("a", "b", "c")):
            ending = "_pred" if folder == "found" else "_mask"
            made = mask(4, 4 + shift * i, 255 if folder == "found" else 1)
            images.write(tmp_path / folder / f"{name}{ending}.png", made)
    images.write(tmp_path / "found" / "c_pred.png", mask(0, 0, 0))
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_holds_the_measures_of_each_pair(run: Run, place: Path):
    """Values are those of `segment.measure`; masks are paired by name, white is inside."""
    out = place / "t.csv"
    done = run("measure", place / "found", place / "drawn", "--out", out)
    assert done.exit_code == 0, done.stderr
    table = rows(out)
    assert [Path(row["id"]).name for row in table] == ["a_pred.png", "b_pred.png", "c_pred.png"]
    for i, row in enumerate(table[:2]):
        (expected,) = segment.measure(mask(4, 4 + i), mask(4, 4))
        assert (row["label"], row["unit"]) == ("1", "pixel")
        assert float(row["dice"]) == expected.dice
        assert float(row["hausdorff_95"]) == expected.hausdorff_95
        assert float(row["surface_distance"]) == expected.surface_distance
        assert float(row["volume"]) == 36
    assert (table[2]["dice"], table[2]["hausdorff"]) == ("0.0", "inf")
    # of two means, one has the infinite distance left out
    told = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert any(line.startswith("1 Dice 3 0.611 0.833 0 ") for line in told)
    assert any(line.startswith("1 Hausdorff distance, pixels 2 0.5 1 inf ") for line in told)
    assert "one of two masks is empty, and left out of the means: 1" in done.stdout


def test_json_is_strict_and_says_the_same(run: Run, place: Path):
    told = json.loads(run("measure", place / "found", place / "drawn", "--json").stdout)
    assert told["pairs"] == len(told["rows"]) == 3
    assert told["failed"] == []
    dice = next(each for each in told["summary"] if each["measure"] == "dice")
    assert dice["mean"] == pytest.approx((1 + 5 / 6 + 0) / 3)
    assert (dice["median"], dice["worst"]) == (pytest.approx(5 / 6), 0)
    assert told["rows"][2]["values"]["hausdorff"] == "Infinity"


def test_masks_without_a_partner_are_named_and_end_in_1(run: Run, place: Path):
    """The others are measured; the table has a row with the reason."""
    images.write(place / "found" / "d.png", mask(1, 1))
    (place / "found" / "b_pred.png").write_bytes(b"no picture")
    (place / "found" / "a_pred.png").unlink()
    out = place / "t.csv"
    done = run("measure", place / "found", place / "drawn", "--out", out)
    assert done.exit_code == 1
    assert "1 mask has no reference: " in done.stderr
    assert "1 reference has no mask: " in done.stderr
    assert "a_mask.png" in done.stderr
    assert "b_pred.png" in done.stderr
    codes = [(Path(row["id"]).name, row["error_code"], row["dice"]) for row in rows(out)]
    assert codes == [
        ("b_pred.png", "NO-IMAGE", ""),
        ("c_pred.png", "", "0.0"),
        ("d.png", "UNPAIRED", ""),
        ("a_mask.png", "UNPAIRED", ""),
    ]


def test_two_files_are_measured_whatever_they_are_called(run: Run, tmp_path: Path):
    """Each label is a row; NPY and PNG go together."""
    a, b = mask(4, 4) + mask(12, 12, 2), mask(4, 6) + mask(12, 12, 2)
    np.save(tmp_path / "x.npy", a)
    images.write(tmp_path / "y.png", b)
    out = tmp_path / "t.csv"
    done = run("measure", tmp_path / "x.npy", tmp_path / "y.png", "--out", out, "--labels", "2,1")
    assert done.exit_code == 0, done.stderr
    expected = [segment.dice(a, b, label=2), segment.dice(a, b, label=1)]
    assert [float(row["dice"]) for row in rows(out)] == expected
    assert [row["label"] for row in rows(out)] == ["2", "1"]


def test_a_manifest_names_the_pairs(run: Run, place: Path):
    """Of columns mask and reference; and as the reference, of path and mask."""
    (place / "pairs.csv").write_text(
        "mask,reference\nfound/a_pred.png,drawn/b_mask.png\nfound/b_pred.png,\n"
    )
    out = place / "t.csv"
    done = run("measure", place / "pairs.csv", "--out", out)
    assert done.exit_code == 1
    assert [row["dice"] for row in rows(out)] == ["1.0", ""]
    (place / "data.csv").write_text("path,mask\nscans/b.png,drawn/a_mask.png\n")
    images.write(place / "found" / "b.png", mask(4, 4))
    (place / "found" / "b_pred.png").unlink()
    done = run("measure", place / "found", place / "data.csv", "--out", out, "--force")
    assert [row["dice"] for row in rows(out)][:1] == ["1.0"]
    assert done.exit_code == 1


def test_objects_are_found(run: Run, tmp_path: Path):
    """A row for each threshold, equal to `segment.instance_scores`."""
    a = mask(1, 1, 3) + mask(10, 10, 2) + mask(1, 12, 7)
    b = mask(1, 1, 5) + mask(10, 12, 9)
    for name, labels in (("a", a), ("b", b)):
        images.write(tmp_path / f"{name}.png", labels)
    out = tmp_path / "t.csv"
    call = ("measure", tmp_path / "a.png", tmp_path / "b.png", "--instances")
    done = run(*call, "--iou", "0.4,0.5", "--out", out)
    assert done.exit_code == 0, done.stderr
    for row, iou in zip(rows(out), (0.4, 0.5), strict=True):
        expected = segment.instance_scores(a, b, iou)
        assert float(row["iou"]) == iou
        assert int(row["true_positives"]) == expected.true_positives
        assert int(row["objects"]) == 3
        for name in ("precision", "recall", "f1", "average_precision", "panoptic_quality"):
            assert float(row[name]) == getattr(expected, name)
        assert float(row["dice"]) == segment.dice(a != 0, b != 0)
    assert [row["true_positives"] for row in rows(out)] == ["2", "1"]


def test_all_labels_are_measured_as_one(run: Run, tmp_path: Path):
    """Whatever is not 0 is inside; the table that segment writes beside masks is no mask."""
    a, b = mask(1, 1, 2), mask(1, 1, 5) + mask(10, 12, 9)
    for folder, labels in (("a", a), ("b", b)):
        (tmp_path / folder).mkdir()
        images.write(tmp_path / folder / "x.png", labels)
    (tmp_path / "a" / "masks.csv").write_text("path,mask,label,pixels\nx.png,x.png,a,36\n")
    (tmp_path / "b" / "masks.csv").write_text("name\nx\n")
    done = run("measure", tmp_path / "a", tmp_path / "b", "--any-label", "--json")
    assert done.exit_code == 0
    assert done.stderr.count("passed over (.csv: 1)") == 1
    (row,) = json.loads(done.stdout)["rows"]
    assert row["label"] == 1
    assert row["values"]["dice"] == 2 * 36 / (36 + 72)


def test_many_labels_are_not_all_told(run: Run, tmp_path: Path):
    """Of more than twelve, the terminal has the Dice of twelve."""
    labels = np.arange(1, 21, dtype=np.uint8).repeat(4).reshape(8, 10)
    for name in ("a", "b"):
        images.write(tmp_path / f"{name}.png", labels)
    done = run("measure", tmp_path / "a.png", tmp_path / "b.png")
    assert sum("Dice" in line for line in done.stdout.splitlines()) == 12
    assert "Jaccard" not in done.stdout
    assert "8 more labels, and the other measures: --out, --html" in done.stdout


def test_a_page_shows_the_worst_first(run: Run, place: Path):
    """It holds what it shows, over the image where there is one, in both languages."""
    (place / "scans").mkdir()
    for name in "abc":
        images.write(
            place / "scans" / f"{name}.png", np.arange(480, dtype=np.uint8).reshape(20, 24)
        )
    for lang, words in (("en", "Worst pairs"), ("zh", "最差的各对")):
        page = place / f"{lang}.html"
        done = run("measure", place / "found", place / "drawn", "--html", page, "--lang", lang,
                   "--images", place / "scans")  # fmt: skip
        assert done.exit_code == 0, done.stderr
        text = page.read_text(encoding="utf-8")
        assert words in text
        # a has a Dice of 1, and nothing to see
        assert 0 < text.index('<svg class="outlines"') < text.rindex("c_pred.png")
        assert text.count('<svg class="outlines"') == text.count("<image href=") == 2
        assert "http" not in text.replace("http://www.w3.org", "")


def test_what_cannot_be_measured_at_all_is_one_error(run: Run, place: Path):
    """In one line, with what would do, and nothing written."""
    (place / "empty").mkdir()
    images.write(place / "other.png", mask(1, 1))
    (place / "two").mkdir()
    for name in ("u", "v"):
        images.write(place / "two" / f"{name}.png", mask(1, 1))
    found, out = place / "found", place / "t.csv"
    assert_one_error(run("measure", found, place / "none", "--out", out), "no such file or folder")
    assert_one_error(run("measure", found, place / "empty", "--out", out), "no masks in it")
    assert_one_error(run("measure", found, "--out", out), "columns mask and reference")
    assert_one_error(
        run("measure", found, place / "two", "--out", out), "no mask is called like a reference"
    )
    assert not out.exists()
    assert_one_error(run("measure", found, found, "--iou", "0.5"), "--iou goes with --instances")
    assert_one_error(run("measure", found, found, "--instances", "--iou", "1"), "threshold=1.0")
    assert_one_error(run("measure", found, found, "--labels", "0"), "labels are whole numbers")
    assert_one_error(run("measure", found, found, "--labels", "1.5"), "give whole numbers")


def test_pairs_that_measure_little_are_told(run: Run, tmp_path: Path) -> None:
    """A pair listed twice, a label that nothing has, and labels without a partner are warnings."""
    square = np.zeros((8, 8), np.uint8)
    square[2:6, 2:6] = 1
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255 * square
    for name, pixels in (("a.png", square), ("b.png", square), ("red.png", red)):
        Picture.fromarray(pixels).save(tmp_path / name)
    table = tmp_path / "pairs.csv"
    table.write_text("mask,reference\na.png,b.png\na.png,b.png\nred.png,b.png\n")
    done = run("measure", table)
    assert "1 pair is there more than once" in done.stderr
    assert "red.png has 16711680, its reference 1" in done.stderr
    assert "label 9 is in no mask" in run("measure", table, "--labels", "9").stderr
    assert "label 1" not in run("measure", table, "--labels", "1").stderr
    assert_one_error(run("measure", "", table), "MASKS is empty")
    assert_one_error(run("measure", table, ""), "REFERENCE is empty")


def test_names_that_turn_text_round_are_escapes(run: Run, tmp_path: Path) -> None:
    """A page shows what a file is called, and neither runs it nor is turned round by it."""
    square = np.zeros((8, 8), np.uint8)
    square[2:6, 2:6] = 1
    for folder, cut in (("found", 1), ("drawn", 0)):
        for name in ("\u202egnp.evil.png", "a<b>&'\"c,d.png"):
            images.write(tmp_path / folder / name, np.roll(square, cut, 0))
    page = tmp_path / "page.html"
    done = run("measure", tmp_path / "found", tmp_path / "drawn", "--html", page)
    assert done.exit_code == 0, done.stderr
    text = page.read_text()
    assert "\u202e" not in text
    assert r"\u202egnp.evil.png" in text
    assert "a<b>" not in text
    assert "a&lt;b&gt;" in text
