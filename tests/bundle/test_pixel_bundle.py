"""Pixel classifiers as files: read back to the last bit, and refused where they were changed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.container import MANIFEST, packed, unpacked
from imgpipe.bundle.archive.manifest import described
from imgpipe.cli import main
from imgpipe.segment import PixelClassifier

IMAGE = np.random.default_rng(0).integers(0, 200, (30, 40)).astype(np.uint8)
IMAGE[8:20, 10:30] //= 4
SCRIBBLES = np.zeros(IMAGE.shape, int)
SCRIBBLES[2:5, 2:30], SCRIBBLES[10:15, 14:24] = 3, 5


@pytest.fixture(scope="module")
def model() -> PixelClassifier:
    return PixelClassifier((1, 2), n_estimators=4).fit(IMAGE, SCRIBBLES)


@pytest.fixture(scope="module")
def path(model: PixelClassifier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pixels") / "cells.imgpipe"
    bundle.save(model, file, card={"note": "made up"})
    return file


def test_what_is_read_says_the_same(model: PixelClassifier, path: Path):
    """Settings, classes and trees come back, and with them every probability."""
    again = bundle.load(path)
    assert repr(again) == repr(model).replace("(1, 2)", "(1.0, 2.0)")
    assert again.feature_names_ == model.feature_names_
    np.testing.assert_array_equal(again.predict_proba(IMAGE), model.predict_proba(IMAGE))
    np.testing.assert_array_equal(again.predict(IMAGE), model.predict(IMAGE))


def test_all_settings_come_back(tmp_path: Path):
    """Class weights, spacing, channels and unit, of volumes in colour."""
    how = {
        "unit": "mm",
        "spacing": (2.0, 1.0, 1.0),
        "channel_axis": -1,
        "class_weight": {3: 1.0, 5: 2.5},
        "max_depth": 2,
        "min_samples_leaf": 0.01,
        "random_state": None,
        "filters": ("gaussian", "hessian"),
    }
    image = np.stack([np.stack([IMAGE] * 3)] * 2, axis=-1)
    model = PixelClassifier(2.0, n_estimators=3, **how).fit(image, np.stack([SCRIBBLES] * 3))
    bundle.save(model, tmp_path / "m.imgpipe")
    again = bundle.load(tmp_path / "m.imgpipe")
    told = model.get_params()
    assert again.get_params() == told | {"scales": (2.0,)}
    np.testing.assert_array_equal(again.predict_proba(image), model.predict_proba(image))
    bundle.save(again, tmp_path / "n.imgpipe")
    assert (tmp_path / "n.imgpipe").read_bytes() == (tmp_path / "m.imgpipe").read_bytes()


def test_predicting_imports_no_scikit_learn(path: Path):
    """Loading and predicting are light."""
    code = (
        "import sys, numpy as np; from imgpipe import bundle;"
        f"labels = bundle.load({str(path)!r}).predict(np.zeros((9, 9), np.uint8));"
        "heavy = {'sklearn', 'skimage', 'pandas', 'torch', 'onnxruntime', 'scipy.ndimage'};"
        "print(labels.shape, sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "(9, 9) []\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def test_inspect_says_what_it_is(path: Path):
    """As text, as JSON and as a card."""
    text = run("inspect", path).stdout
    for told in ("a pixel classifier of 2 classes for gray images", "1, 2 px", "made up"):
        assert told in text
    found = json.loads(run("inspect", path, "--json").stdout)
    assert (found["format"], found["classes"], found["trees"]) == ("imgpipe-pixels", [3, 5], 4)
    assert len(found["features"]) == 17
    assert bundle.inspect(path).to_markdown().startswith("# cells\n")


@pytest.mark.parametrize("verb", ["predict", "evaluate", "export"])
def test_verbs_for_whole_images_name_the_one_for_pixels(verb: str, path: Path, tmp_path: Path):
    """They end in one line that says what would do."""
    np.save(tmp_path / "image.npy", IMAGE)
    rest = {
        "predict": [tmp_path / "image.npy"],
        "evaluate": ["synthetic-nodules", "--out", tmp_path / "run"],
        "export": [tmp_path / "m.onnx"],
    }[verb]
    done = run(verb, path, *rest)
    assert done.exit_code == 2
    assert "pixel classifier" in done.stderr
    assert "imgpipe segment DATA --model FILE" in done.stderr


def test_what_cannot_be_kept_is_said_before_anything_is_written(
    model: PixelClassifier, tmp_path: Path
):
    """An unfitted classifier, a pickle, names that have no place, a generator."""
    file = tmp_path / "m.imgpipe"
    for given, how, told in (
        (PixelClassifier(), {}, "not fitted"),
        (model, {"classes": ["a", "b"]}, "classes and sample"),
        (model, {"card": {"note": b""}}, "JSON"),
    ):
        with pytest.raises(InputError, match=told):
            bundle.save(given, file, **how)
    with pytest.raises(InputError, match="without a pickle"):
        bundle.save(model, tmp_path / "m.joblib")
    rng = PixelClassifier(1, n_estimators=1, random_state=np.random.RandomState(0))
    with pytest.raises(InputError, match="RandomState"):
        bundle.save(rng.fit(IMAGE, SCRIBBLES), file)
    assert not list(tmp_path.iterdir())


def changed(path: Path, change: Any) -> bytes:
    """A file whose manifest and arrays `change` has changed, with digests that are right."""
    members = unpacked(path.read_bytes())
    told = json.loads(members.pop(MANIFEST))
    arrays = {
        name: np.frombuffer(content, told["members"][name]["dtype"])
        .reshape(told["members"][name]["shape"])
        .copy()
        for name, content in members.items()
    }
    arrays = change(told, arrays) or arrays
    members = {name: array.tobytes() for name, array in arrays.items()}
    found = {name: described(members[name], array) for name, array in arrays.items()}
    told["members"] = {
        name: {"bytes": m.bytes, "sha256": m.sha256, "dtype": m.dtype, "shape": list(m.shape)}
        for name, m in found.items()
    }
    return packed({MANIFEST: json.dumps(told).encode(), **members})


def put(name: str, place: Any, value: Any) -> Any:
    def change(_: dict, arrays: dict) -> None:
        arrays[f"trees.{name}.array"][place] = value

    return change


def say(**new: Any) -> Any:
    return lambda told, _: told.update(new)


def chain(depth: int) -> Any:
    """One tree that goes ever on to the left."""

    def change(_: dict, arrays: dict) -> dict:
        left = np.append(np.arange(1, depth), -1).astype("<i4")
        columns = {
            "roots": np.zeros(1, "<i4"),
            "feature": np.zeros(depth, "<i4"),
            "threshold": np.zeros(depth, "<f4"),
            "left": left,
            "right": np.full(depth, -1, "<i4"),
            "values": np.array([[0.5, 0.5]]),
        }
        return {f"trees.{name}.array": column for name, column in columns.items()}

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put("left", 3, 0), "in a circle"),
        (put("left", 0, 10**6), "not there"),
        (put("right", 0, -(10**6)), "not there"),
        (put("roots", 0, 1), "several places"),
        (put("feature", 0, 17), "beyond the 17"),
        (put("feature", 0, -1), "other numbers"),
        (put("threshold", 0, np.nan), "other numbers"),
        (put("values", (0, 0), 0.3), "add up to 1"),
        (put("values", (0, 0), np.nan), "other numbers than shares"),
        (chain(70_000), "steps for a pixel"),
        (lambda _, a: {**a, "trees.feature.array": a["trees.feature.array"][1:]}, "one length"),
        (lambda _, a: {k: v for k, v in a.items() if "right" not in k}, "must have the arrays"),
        (
            lambda _, a: {k: v.astype("<f8") if "thr" in k else v for k, v in a.items()},
            "float32 of 1 is needed",
        ),
        (say(classes=[3, 3]), "numbers that rise"),
        (say(classes=[0, 3]), "between 1"),
        (say(classes=[1, 2, 3]), "numbers a leaf"),
        (say(axes=4), "2 or 3"),
        (say(channels=0), "channels is 0"),
        (say(scales=[1.0, -2.0]), "no standard deviation"),
        (say(scales=[1e99]), "no standard deviation"),
        (say(scales=[1.0]), "features beyond"),
        (say(filters=["gabor"]), "gabor"),
        (say(unit="px", spacing=[1.0, 1.0]), "spacing"),
        (say(channel_axis=7), "channel_axis is 7"),
        (say(forest={}), "forest must tell of"),
        (say(extra=1), "does not know"),
        (say(format_version=2), "update imgpipe"),
        (say(format="imgpipe"), "manifest"),
        (say(card={"note": 3}), "note"),
    ],
)
def test_what_was_changed_is_refused(change: Any, told: str, path: Path, tmp_path: Path):
    """Each in one line that names the file, though all its digests are right."""
    other = tmp_path / "other.imgpipe"
    other.write_bytes(changed(path, change))
    with pytest.raises(InputError, match=told) as caught:
        bundle.load(other)
    assert str(caught.value).startswith(f"{other}: ")


def test_a_file_that_was_cut_or_flipped_is_refused(path: Path, tmp_path: Path):
    """The digest at the end is that of all before it."""
    content, other = path.read_bytes(), tmp_path / "other.imgpipe"
    for broken in (content[:-1], content[:500], content[:300] + b"x" + content[301:]):
        other.write_bytes(broken)
        with pytest.raises(InputError, match=r"other\.imgpipe: "):
            bundle.load(other)
    assert isinstance(bundle.load(path), PixelClassifier)
