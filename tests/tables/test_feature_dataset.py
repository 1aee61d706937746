"""A table of features is a data set: what extract wrote compares as the images do."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from imgpipe import InputError
from imgpipe.cli import main
from imgpipe.datasets import load
from imgpipe.evaluate import compare
from imgpipe.learn import make_pipeline
from imgpipe.report import to_html
from imgpipe.tables import extract_table, is_feature_table, load_features

RNG = np.random.default_rng(0)


def frame(n: int = 40, **columns: Any) -> pd.DataFrame:
    """Two features, the first of which tells the classes apart; ids with leading zeros."""
    label = np.resize(["benign", "malignant"], n)
    own = {
        "id": [f"{i:03d}" for i in range(n)],
        "label": label,
        "intensity_mean": RNG.normal(size=n) + 2 * (label == "malignant"),
        "glcm_contrast": RNG.normal(size=n),
    }
    return pd.DataFrame({**own, **columns})


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "nodules.csv"
    extract_table("synthetic-nodules", path, families="intensity")
    return path


def test_the_table_of_images_scores_as_the_images(extracted: Path) -> None:
    """Same folds, same features, same scores: only where the features come from differs."""
    images = load("synthetic-nodules")
    table = load_features(extracted)
    assert table.classes == images.classes
    assert table.ids.tolist() == images.ids.tolist()
    of_images = compare({"dt": make_pipeline("logistic", families="intensity")}, images, folds=3)
    of_table = compare({"dt": make_pipeline("logistic", families=None)}, table, folds=3)
    for name, score in of_images.models[0].metrics.items():
        # the layout of the memory moves the last digit
        found = of_table.models[0].metrics[name]
        assert (found.value, found.low, found.high) == pytest.approx(
            (score.value, score.low, score.high), abs=1e-12
        )
    pd.testing.assert_frame_equal(of_table.predictions, of_images.predictions)
    assert [i.feature for i in of_table.models[0].importances] == [
        i.feature for i in of_images.models[0].importances
    ]


def test_parquet_says_what_csv_says(extracted: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "nodules.parquet"
    extract_table("synthetic-nodules", path, families="intensity")
    a, b = load_features(extracted), load_features(path)
    assert is_feature_table(path)
    pd.testing.assert_frame_equal(a.images, b.images)
    assert a.groups is not None
    assert b.groups is not None
    assert (a.labels == b.labels).all()
    assert (a.groups == b.groups).all()


def test_the_command_line_takes_it_and_the_report_shows_it(extracted: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    call = [
        "compare",
        str(extracted),
        "--models",
        "logistic,dummy",
        "--jobs",
        "1",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "a table of features was given" in page
    assert 'src="None"' not in page


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--size", "32"], "--size goes with images"),
        (["--region", "mask"], "leave region and empty_mask out"),
        (["--families", "glcm"], "--families goes with images"),
        (["--models", "cnn"], "cnn takes images"),
        (["--groups", "patent"], "no column 'patent'"),
    ],
)
def test_what_goes_with_images_is_refused(
    extracted: Path, tmp_path: Path, options: list[str], told: str
) -> None:
    call = ["compare", str(extracted), "--models", "dummy", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(main, [*call, *options])
    assert done.exit_code == 2
    assert told in done.output
    assert not (tmp_path / "run").exists()


def test_names_of_features_decide_and_other_columns_are_kept() -> None:
    data = load_features(frame(age=range(40), site="B"))
    assert list(data.images.columns) == ["intensity_mean", "glcm_contrast"]
    assert data.columns["age"].tolist() == [str(i) for i in range(40)]
    assert data.ids[:2].tolist() == ["000", "001"]


def test_other_peoples_features_are_taken_and_named() -> None:
    data = load_features(
        frame().rename(columns={"intensity_mean": "original_mean", "glcm_contrast": "b"})
    )
    assert list(data.images.columns) == ["original_mean", "b"]
    assert "all 2 columns of numbers are taken as such (original_mean, b)" in data.warnings[0]


def test_rows_with_errors_are_left_out_and_counted() -> None:
    error = ["a.png: not an image"] + [""] * 39
    data = load_features(frame(error=error))
    assert len(data) == 39
    assert data.warnings[0] == ("1 of 40 rows has an error and is left out (a.png: not an image)")


def test_blank_and_infinite_values_are_missing() -> None:
    values = np.arange(40, dtype=float)
    values[[0, 1]] = np.nan, np.inf
    data = load_features(frame(intensity_mean=values))
    assert np.isnan(data.images["intensity_mean"][:2]).all()
    assert data.images["intensity_mean"][2] == 2.0
    assert "1 infinite value is taken as missing" in data.warnings


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (frame().drop(columns="label"), "no column 'label'"),
        (frame().iloc[:0], "no rows"),
        (frame(intensity_mean=["x"] * 40), "'x' in column intensity_mean is no number"),
        (frame(error=["bad"] * 40), "every row has an error: bad"),
        (frame()[["id", "label"]], "no column of features"),
        (frame(label=[""] + ["a"] * 39), "labels are empty or NaN"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(table: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load_features(table)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_patient_in_two_parts_is_refused() -> None:
    split = np.resize(["train", "test"], 40)
    with pytest.raises(InputError, match="in more than one part"):
        load_features(frame(group=np.resize(["p", "q", "r"], 40), split=split))


def test_a_manifest_is_no_table_of_features(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("path,label,intensity_mean\na.png,x,1\n")
    assert not is_feature_table(path)
    assert not is_feature_table(tmp_path / "none.csv")
    assert not is_feature_table("synthetic-nodules")


def _write(path: Path, **columns: Any) -> Path:
    frame(**columns).to_csv(path, index=False)
    return path


def test_other_peoples_csv_is_a_table_where_most_columns_are_numbers(tmp_path: Path) -> None:
    """Ids of images and an age are a manifest whose paths are missing, and no table."""
    path = tmp_path / "t.csv"
    path.write_text("label,id,site,a,b\nx,1,A,.5,2\ny,2,B,1,\n")
    assert is_feature_table(path)
    path.write_text("label,image_id,sex,age\nx,p1.png,f,50\ny,p2.png,m,60\n")
    assert not is_feature_table(path)
    path.write_text("a,b\n1,2\n")
    assert not is_feature_table(path)


def test_rows_that_do_not_fit_the_header_are_refused(tmp_path: Path) -> None:
    """A cell too many would make the first column an index and shift all others."""
    path = _write(tmp_path / "t.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(f"{line},9" for line in lines[1:])]))
    with pytest.raises(InputError, match=r"columns, but not in line 2"):
        load_features(path)
    path.write_text("\n".join([*lines[:-1], lines[-1][:6]]))
    with pytest.raises(InputError, match=r"columns, but not in line 41"):
        load_features(path)


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", glcm_copy=range(40))
    path.write_text(path.read_text().replace("glcm_copy", "glcm_contrast"))
    with pytest.raises(InputError, match="'glcm_contrast' is there twice"):
        load_features(path)


def test_numbers_that_classifiers_cannot_hold_are_refused() -> None:
    with pytest.raises(InputError, match=r"1e\+39 in column intensity_mean is too large"):
        load_features(frame(intensity_mean=[1e39] + [0.0] * 39))


def test_a_model_of_images_is_refused() -> None:
    with pytest.raises(InputError, match="'m' takes images, and the data are a table"):
        compare({"m": make_pipeline("dummy", families="intensity")}, load_features(frame()))


def test_a_row_twice_is_a_duplicate() -> None:
    table = frame()
    table.loc[1, ["intensity_mean", "glcm_contrast"]] = table.loc[
        0, ["intensity_mean", "glcm_contrast"]
    ]
    found = compare("dummy", load_features(table), folds=2)
    assert found.dataset.copies.images == 2
    assert found.dataset.copies.torn == 1


def test_the_page_of_a_table_without_mistakes(tmp_path: Path) -> None:
    table = frame()
    table["intensity_mean"] = (table["label"] == "malignant") * 1.0
    to_html(compare("logistic", load_features(table), folds=2), tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size > 1000
