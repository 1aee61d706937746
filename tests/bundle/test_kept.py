"""What a bundle keeps of its training: asked for, read back whole, refused where it is damaged."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.kept import Kept, from_members, to_members
from imgpipe.datasets import Dataset, image_digests, synthetic_nodules
from imgpipe.learn import TrainedModel, TrainingCases, fit
from imgpipe.learn.feature_summary import FeatureSummary


@pytest.fixture(scope="module")
def nodules() -> Dataset:
    """Few patients, of several images each."""
    return synthetic_nodules(patients=12)


@pytest.fixture(scope="module")
def with_pictures(nodules: Dataset) -> TrainedModel:
    """A model that keeps all that can be kept."""
    return fit(nodules, "svm", families="intensity", cases="pictures")


def same(found: Any, expected: Any) -> bool:
    """Tell whether two of what is kept hold the same."""
    if found is None or expected is None:
        return found is expected
    return all(
        np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) and a.dtype.kind == "f"
        else np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        for f in fields(expected)
        for a, b in [(getattr(found, f.name), getattr(expected, f.name))]
    )  # fmt: skip


@pytest.mark.parametrize("cases", ["none", "features", "pictures"])
def test_what_is_kept_is_read_back(cases: str, nodules: Dataset, tmp_path: Path) -> None:
    """Digests, summary and cases are those of the model that was saved."""
    trained = fit(nodules, "svm", families="intensity", cases=cases)
    bundle.save(trained, tmp_path / "m.imgpipe")
    found = bundle.load(tmp_path / "m.imgpipe").model
    assert found.trained_on == trained.trained_on == tuple(sorted(image_digests(nodules.images)))
    assert same(found.summary, trained.summary)
    assert same(found.cases, trained.cases)
    if cases == "pictures":
        (one,), (own,) = found.cases.pictures([5]), trained.cases.pictures([5])
        assert np.array_equal(one, own)


def test_no_name_and_no_pixel_unless_asked_for(nodules: Dataset, tmp_path: Path) -> None:
    """No member and no text of the manifest is of a single image; nor is one in a joblib file."""
    trained = fit(nodules, "svm", families="intensity")
    bundle.save(trained, tmp_path / "m.imgpipe")
    read = Bundled.read(tmp_path / "m.imgpipe")
    names = {str(name) for name in (*nodules.ids, *nodules.groups)}
    assert not [name for name in names if f'"{name}"' in repr(read.manifest)]
    assert not [name for name in read.arrays if name.startswith("cases.")]
    bundle.save(trained, tmp_path / "m.joblib")
    kept = bundle.load(tmp_path / "m.joblib", trust=True).model
    assert kept.cases is None
    assert same(kept.summary, trained.summary)


def test_names_of_files_that_are_no_text(nodules: Dataset, tmp_path: Path) -> None:
    """What a terminal obeys, and what is no Unicode, is written in hexadecimal."""
    ids = ["\x1b[31m.png", "sc\udce4n.png", *map(str, nodules.ids[2:])]
    named = replace(nodules, ids=np.array(ids, dtype=object))
    trained = fit(named, "dummy", families="intensity", cases="features")
    bundle.save(trained, tmp_path / "m.imgpipe")
    found = bundle.load(tmp_path / "m.imgpipe").model.cases
    assert found is not None
    assert found.ids[:2] == ("\\x1b[31m.png", "sc\\xe4n.png")


def array(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Any:
    """Change one array."""
    return lambda kept, arrays: (kept, {**arrays, name: change(arrays[name])})


def texts(part: str, **change: Any) -> Any:
    """Change one part of the manifest."""
    return lambda kept, arrays: (
        replace(kept, **{part: replace(getattr(kept, part), **change)}),
        arrays,
    )


def renamed(kept: Any, arrays: Any) -> Any:
    """Call the first group of features by another name."""
    return texts("summary", groups=("evil", *kept.summary.groups[1:]))(kept, arrays)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (array("digests", lambda a: a[:, :8]), "digests has the shape"),
        (array("summary.group_of", lambda a: a + 99), "summary.group_of names another"),
        (array("summary.rows", lambda a: a[:0]), "summary.rows has 0 rows"),
        (array("summary.rows", lambda a: np.repeat(a, 99, axis=0)), "summary.rows has"),
        (array("summary.quartiles", lambda a: a[:1]), "summary.quartiles has"),
        (array("summary.span", lambda a: a[1:]), "summary.span has"),
        (array("cases.labels", lambda a: a + 1), "cases.labels names another"),
        (array("cases.labels", lambda a: -a), "cases.labels names another"),
        (array("cases.features", lambda a: a[:, 1:]), "cases.features has"),
        (array("cases.digests", lambda a: a[1:]), "cases.digests has"),
        (texts("summary", units=()), "0 units"),
        (texts("summary", groups=()), "0 groups"),
        (renamed, "kept.summary.groups has 'evil', which is no feature"),
        (texts("cases", ids=()), "what no training gives"),
        (texts("cases", of=1), "what no training gives"),
        (texts("cases", patients=("x",)), "what no training gives"),
        (texts("cases", spacing=(0.0, 1.0)), "what no training gives"),
        (texts("cases", shape=(10_000, 1)), "what no training gives"),
        (texts("cases", shape=(0, 0)), "has no pixels"),
        (lambda kept, arrays: (Kept(), arrays), "does not tell of it"),
        (lambda kept, arrays: (kept, {}), "summary.group_of is missing"),
    ],
)
def test_what_no_training_gives_is_refused(
    change: Any, words: str, with_pictures: TrainedModel
) -> None:
    """A number out of its range, a length that does not fit, a member without its text."""
    kept, arrays = change(*to_members(with_pictures))
    names = with_pictures.summary.names  # type: ignore[union-attr]
    with pytest.raises(InputError, match=words):
        from_members(kept, arrays, names, 2)


def test_pictures_that_are_none_are_refused(with_pictures: TrainedModel) -> None:
    """A sheet that is no JPEG, or of another size than so many pictures take."""
    cases = with_pictures.cases
    assert isinstance(cases, TrainingCases)
    assert isinstance(with_pictures.summary, FeatureSummary)
    for broken in (np.zeros(99, np.uint8), cases.sheet[:-200]):  # type: ignore[index]
        with pytest.raises(InputError, match="pictures of training images are damaged"):
            replace(cases, sheet=broken).pictures([0])
    with pytest.raises(InputError, match="pictures of training images are damaged"):
        replace(cases, shape=(8, 8)).pictures([0])
