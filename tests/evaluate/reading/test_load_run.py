"""Run folders that were moved, cut short, edited or are none: an error, or a word about it."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import LIGHT, toy

from imgpipe import InputError
from imgpipe.evaluate import Comparison, DuplicatePair, Interval, compare, load_run, save_run
from imgpipe.evaluate.strict_json import plain

WAYS = ("", "turned by 90 degrees, mirrored", "mirrored")
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, Path]:
    folder = tmp_path_factory.mktemp("kept") / "run"
    comparison = compare(LIGHT, toy(step=12, groups=[f"p{i // 2}" for i in range(120)]), folds=3)
    save_run(comparison, folder)
    return comparison, folder


@pytest.fixture
def run(saved: tuple[Comparison, Path], tmp_path: Path) -> Path:
    """A copy of a run to do something to."""
    return Path(shutil.copytree(saved[1], tmp_path / "run"))


def edit(file: Path, change: Edit) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def told(run: Path) -> list[str]:
    """What is said of a run that can be read: as warnings, and to the page."""
    with pytest.warns(UserWarning, match=".") as caught:
        comparison = load_run(run)
    assert [str(each.message) for each in caught] == list(comparison.reading)
    return list(comparison.reading)


def test_everything_is_there_again(saved: tuple[Comparison, Path]) -> None:
    """Results, predictions and pictures are equal; only the fitted models are not kept."""
    first, folder = saved
    again = load_run(folder)
    assert plain(again) == plain(first)
    pd.testing.assert_frame_equal(again.predictions, first.predictions, check_dtype=False)
    assert again.models[0].confusion.tolist() == first.models[0].confusion.tolist()
    for one, other in zip(first.models[0].mistakes, again.models[0].mistakes, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        for (name, seen), (_, kept) in zip(one.maps, other.maps, strict=True):
            assert name == "occlusion"
            np.testing.assert_array_equal(seen, kept)
    assert first.models[0].mistakes[0].maps
    assert again.models[0].pipeline is None


def test_numbers_that_do_not_exist_or_have_no_end_are_kept(
    saved: tuple[Comparison, Path], tmp_path: Path
) -> None:
    """JSON has neither: null, and a word."""
    odd = Interval(np.nan, -np.inf, np.inf)
    model = replace(saved[0].models[0], metrics=saved[0].models[0].metrics | {"odd": odd})
    save_run(replace(saved[0], models=(model,)), tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    kept = {"value": None, "low": "-Infinity", "high": "Infinity"}
    assert result["models"]["light"]["metrics"]["odd"] == kept
    again = load_run(tmp_path).models[0].metrics["odd"]
    assert (np.isnan(again.value), again.low, again.high) == (True, -np.inf, np.inf)


def test_patients_stand_beside_their_predictions(saved: tuple[Comparison, Path]) -> None:
    table = pd.read_csv(saved[1] / "predictions.csv", dtype=str)
    ids = dict(zip(map(str, range(120)), [f"p{i // 2}" for i in range(120)], strict=True))
    assert table["patient"].tolist() == table["id"].map(ids).tolist()
    assert "patient" not in compare(LIGHT, toy(), folds=2).predictions


def test_what_is_no_run_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: no such folder"):
        load_run(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"run\.json is a file; give the folder of a run"):
        load_run(run / "run.json")
    with pytest.raises(InputError, match=r"has no run\.json: it is not the folder of a whole run"):
        load_run(tmp_path)
    edit(run / "run.json", dict.clear)
    with pytest.raises(InputError, match=r"run\.json: this is no record of a run of imgpipe"):
        load_run(run)


@pytest.mark.parametrize("number", [2, "1", True])
def test_a_run_of_another_form_is_refused(run: Path, number: object) -> None:
    edit(run / "run.json", lambda record: record.update(format=number))
    with pytest.raises(
        InputError, match=r"a run of format .*, written by imgpipe 0.* reads format 1"
    ):
        load_run(run)


@pytest.mark.parametrize("name", ["result.json", "run.json", "predictions.csv"])
def test_without_its_files_it_is_no_run(run: Path, name: str) -> None:
    (run / name).unlink()
    with pytest.raises(InputError, match=f"has no {name}"):
        load_run(run)


def test_a_run_that_keeps_no_checksums_is_read(run: Path) -> None:
    """Folders of earlier versions hold no pictures and no format: the page says so."""

    def as_before(content: dict[str, Any]) -> None:
        del content["wording"]
        for mistake in content["models"]["light"]["mistakes"]:
            del mistake["image"], mistake["maps"]

    edit(run / "result.json", as_before)
    edit(run / "run.json", lambda record: [record.pop(key) for key in ("format", "files")])
    (run / "pictures.npz").unlink()
    (text,) = told(run)
    assert "was written before runs kept pictures and checksums" in text


def test_an_edited_file_is_told(run: Path) -> None:
    """A score that was improved by hand is told twice: by the checksum and by the predictions."""

    def improve(content: dict[str, Any]) -> None:
        content["models"]["light"]["metrics"]["auc"]["value"] = 0.999

    edit(run / "result.json", improve)
    changed, contradicted = told(run)
    assert "result.json was changed" in changed
    assert "was changed after the run" in changed
    assert "the AUC of light is 0.999, and" in contradicted
    assert "by its predictions: one of the two was changed" in contradicted


def test_edited_predictions_are_told(run: Path) -> None:
    table = pd.read_csv(run / "predictions.csv", dtype=str)
    table.assign(predicted=table["label"]).to_csv(run / "predictions.csv", index=False)
    changed, contradicted = told(run)
    assert "predictions.csv was changed" in changed
    assert "accuracy of light is" in contradicted
    assert "1.000 by its predictions" in contradicted
    table.assign(model="other").to_csv(run / "predictions.csv", index=False)
    assert "holds nothing of light, which has scores" in told(run)[1]


def test_facts_that_differ_are_told(run: Path) -> None:
    edit(run / "run.json", lambda record: record.update(seed=5))
    (text,) = told(run)
    assert "run.json and result.json tell seed differently" in text


def test_what_is_missing_is_told(run: Path) -> None:
    (run / "pictures.npz").unlink()
    (run / "leaderboard.csv").unlink()
    lacking, pictures = told(run)
    assert "leaderboard.csv and pictures.npz are missing, which the run wrote" in lacking
    assert "the pictures are missing" in pictures


def test_what_this_version_does_not_know_is_told(run: Path) -> None:
    edit(run / "result.json", lambda content: content["protocol"].update(phase=3))
    assert "does not know, and leaves out: protocol.phase" in told(run)[1]


WRONG: list[tuple[Edit, str]] = [
    (lambda c: c["models"].clear(), "models is empty; a run has one at least"),
    (
        lambda c: c["models"]["light"]["metrics"].pop("auc"),
        r"models\.light\.metrics\.auc is missing",
    ),
    (
        lambda c: c["models"]["light"].update(confusion=[[1]]),
        r"confusion has the shape \(1, 1\); there are 2 classes",
    ),
    (
        lambda c: c["run"].update(started="yesterday"),
        r"run\.started is 'yesterday'; a date and a time are expected",
    ),
    (
        lambda c: c["models"]["light"]["metrics"]["auc"].update(value="x"),
        r"result\.json: models\.light\.metrics\.auc\.value is 'x'; a number is expected",
    ),
    (lambda c: c["dataset"].update(n=1.5), r"dataset\.n is 1\.5; a whole number is expected"),
    (lambda c: c["dataset"].update(n=True), r"dataset\.n is True; a whole number is expected"),
    (
        lambda c: c["models"]["light"]["metrics"]["auc"].update(value=float("1e999")),
        "it holds Infinity",
    ),
    (lambda c: c["dataset"].update(name=7), r"dataset\.name is 7; a text is expected"),
    (lambda c: c["protocol"].pop("kind"), r"protocol\.kind is missing"),
    (lambda c: c.update(models=[]), r"models is \[\]; an object is expected"),
    (lambda c: c["dataset"].pop("classes"), r"dataset\.classes is missing"),
    (lambda c: c.update(findings=3), r"findings is 3; a list is expected"),
    (lambda c: c["protocol"].update(tuned="no"), r"tuned is 'no'; true or false is expected"),
    (
        lambda c: c["models"]["light"].update(confusion=[[1, 2], [3]]),
        r"models\.light\.confusion is .*; a table of numbers is expected",
    ),
    (lambda c: c.update(wording={"/dataset/name": {"say": "{a"}}), "no template with its values"),
    (
        lambda c: c.update(wording={"/dataset/name": {"say": "{n:>999999999}", "with": {"n": 1}}}),
        "no template with its values",
    ),
    (
        lambda c: c.update(wording={"/dataset/name": {"say": "{n.real}", "with": {"n": 1}}}),
        "no template with its values",
    ),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_a_wrong_value_is_named(run: Path, change: Edit, message: str) -> None:
    """The file, the place in it, what stands there and what should."""
    edit(run / "result.json", change)
    with pytest.raises(InputError, match=message):
        load_run(run)


def test_broken_json_is_named(run: Path) -> None:
    whole = (run / "result.json").read_text()
    (run / "result.json").write_text(whole[: len(whole) // 2])
    with pytest.raises(
        InputError, match=r"result\.json: no JSON from line \d+.* cut short or edited"
    ):
        load_run(run)
    for text, message in (
        ('{"a": NaN}', "it holds NaN, which is no number of JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "holds list; an object is expected"),
    ):
        (run / "result.json").write_text(text)
        with pytest.raises(InputError, match=message):
            load_run(run)
    (run / "result.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(InputError, match=r"result\.json: no JSON"):
        load_run(run)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="p_benign"), "no column 'p_benign'"),
        (lambda table: table[:0], "no rows"),
        (lambda table: table.assign(p_benign="much"), "column 'p_benign' holds what is no number"),
        (lambda table: table.assign(fold="1st"), "column 'fold' holds what is no number"),
        (lambda table: table.assign(label="cat"), "'cat' in column 'label' is no class of the run"),
    ],
)
def test_predictions_that_are_none_are_refused(run: Path, change: Any, message: str) -> None:
    table = pd.read_csv(run / "predictions.csv", dtype=str)
    change(table).to_csv(run / "predictions.csv", index=False)
    with pytest.raises(InputError, match=rf"predictions\.csv: .*{message}"):
        load_run(run)


def npz(**arrays: Any) -> bytes:
    store = io.BytesIO()
    np.savez(store, **arrays)
    return store.getvalue()


def member(content: bytes) -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("picture0000.npy", content)
    return store.getvalue()


def header(shape: str) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npz(picture0000=np.array([[object()]])), "holds object, which is no picture"),
        (npz(picture0000=np.zeros((4, 4), complex)), "holds complex128, which is no picture"),
        (npz(picture0000=np.zeros((4, 4, 4, 3), np.uint8)), "which is no picture's"),
        (npz(picture0000=np.zeros((5000, 2), np.uint8)), "which is no picture's"),
        (npz(picture0000=np.full((2, 2), np.nan)), "holds what is no number"),
        (member(header("(4000, 4000)")), "is not as long as it says"),
        (member(header("(99999999, 99999999)")), "which is no picture's"),
        (member(b"pictures"), "is no array"),
        (b"PK\x03\x04 cut short", "is damaged, or no .npz file"),
    ],
)  # fmt: skip
def test_pictures_that_are_none_are_not_shown(run: Path, content: bytes, message: str) -> None:
    """Nothing is unpickled, nor is room made for what a header promises."""
    (run / "pictures.npz").write_bytes(content)
    changed, missing = told(run)
    assert "pictures.npz was changed" in changed
    assert message in missing


def test_pictures_that_say_they_are_huge_are_not_read(run: Path) -> None:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(33):
            archive.writestr(f"picture{i:04}.npy", bytes(2**24))
    (run / "pictures.npz").write_bytes(store.getvalue())
    assert "holds more than 512 MB" in told(run)[1]


def test_all_pairs_of_look_alikes_are_there_again(tmp_path: Path) -> None:
    """result.json has the first thousand, the table the others."""
    first = compare(LIGHT, toy(), folds=2)
    pairs = tuple(
        DuplicatePair(str(i), str(i + 1), None, "fold 2", i % 2 == 0, i % 3 == 0, 0.75, WAYS[i % 3],
                      "benign", ("benign", "malignant")[i % 2], i % 3 < 2)
        for i in range(1200)
    )  # fmt: skip
    save_run(replace(first, dataset=replace(first.dataset, duplicates=pairs)), tmp_path)
    assert load_run(tmp_path).dataset.duplicates == pairs
