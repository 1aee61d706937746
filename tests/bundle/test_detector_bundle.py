"""Detectors as files: they find what they found in memory, and are refused where changed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn.linear_model import LogisticRegression

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.container import MANIFEST, packed, unpacked
from imgpipe.bundle.archive.manifest import described
from imgpipe.cli import main
from imgpipe.datasets import synthetic_lesions
from imgpipe.detect import Detector, FittedDetector, boxes_of
from imgpipe.images import Images

DATA = synthetic_lesions(patients=4, difficulty=0.2, seed=20)
TRUTH = [boxes_of(mask, each="label") for mask in DATA.masks]
QUICK = {"families": (), "candidates": 12}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector("logistic", **QUICK).fit(DATA.images[:9], TRUTH[:9])


@pytest.fixture(scope="module")
def path(detector: Detector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("detector") / "spots.imgpipe"
    bundle.save(detector, file, card={"note": "made up"})
    return file


def assert_the_same(one: Any, other: Any, images: Any) -> None:
    """Boxes to the last bit, in one order, and scores but for rounding; there are some."""
    for ours, theirs in zip(one.predict(images), other.predict(images), strict=True):
        assert len(ours)
        np.testing.assert_array_equal(ours[:, :-1], theirs[:, :-1])
        np.testing.assert_allclose(ours[:, -1], theirs[:, -1], rtol=0, atol=1e-12)


def test_what_is_read_finds_the_same(detector: Detector, path: Path):
    """In images that it has not seen; candidates and names come back, too."""
    again = bundle.load(path)
    assert isinstance(again, FittedDetector)
    assert_the_same(again, detector, DATA.images[9:])
    assert again.feature_names_ == detector.feature_names_
    assert again.sigmas_ == detector.sigmas_
    candidates = detector.find_candidates(DATA.images[9:10])
    np.testing.assert_array_equal(again.find_candidates(DATA.images[9:10]), candidates)
    with pytest.raises(InputError, match="3 axes, others have 2"):
        again.predict(np.zeros((1, 9, 20, 20)))


@pytest.mark.parametrize(("model", "families"), [("svm", ()), ("forest", ("intensity",))])
def test_other_classifiers_and_settings(model: str, families: tuple, tmp_path: Path):
    """Both polarities, a family, another rule and patch."""
    how = {"families": families, "polarity": "both", "rule": "iou", "overlap": 0.2}
    detector = Detector(model, **(QUICK | how), patch_size=9, nms=0.1, max_sigma=6)
    detector.fit(DATA.images[:9], TRUTH[:9])
    bundle.save(detector, tmp_path / "m.imgpipe")
    again = bundle.load(tmp_path / "m.imgpipe")
    assert_the_same(again, detector, DATA.images[9:])
    assert (again.hit.rule, again.hit.overlap, again.nms) == ("iou", 0.2, 0.1)
    assert again.look.families == families


def test_volumes(tmp_path: Path):
    """Volumes with anisotropic voxels, dark balls."""
    rng = np.random.default_rng(4)
    z, y, x = np.meshgrid(2.0 * np.arange(12), np.arange(28), np.arange(28), indexing="ij")
    middles = rng.uniform((8, 8, 8), (15, 20, 20), (5, 3))
    balls = [(z - a) ** 2 + (y - b) ** 2 + (x - c) ** 2 < 16 for a, b, c in middles]
    values = [rng.normal(0, 6, z.shape) - 60 * ball for ball in balls]
    images = Images([each.astype(np.float32) for each in values], spacing=(2, 1, 1))
    detector = Detector("logistic", **QUICK, polarity="dark", patch_size=9)
    detector.fit(images[:4], list(map(boxes_of, balls[:4])))
    bundle.save(detector, tmp_path / "m.imgpipe")
    again = bundle.load(tmp_path / "m.imgpipe")
    assert again.n_axes_ == 3
    assert_the_same(again, detector, images[4:])
    best = again.predict(images[4:])[0][0]
    np.testing.assert_allclose((best[:3] + best[3:6]) * [1, 0.5, 0.5], middles[4], atol=1.5)


@pytest.mark.full
def test_networks(tmp_path: Path):
    """The small network is a graph that takes the patches."""
    pytest.importorskip("torch")
    detector = Detector("cnn", candidates=12).fit(DATA.images[:9], TRUTH[:9])
    bundle.save(detector, tmp_path / "m.imgpipe")
    for ours, theirs in zip(
        bundle.load(tmp_path / "m.imgpipe").predict(DATA.images[9:]),
        detector.predict(DATA.images[9:]),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_detecting_imports_no_scikit_learn(path: Path):
    """Loading and detecting are light."""
    code = (
        "import sys, numpy as np; from imgpipe import bundle;"
        f"found = bundle.load({str(path)!r}).predict(np.eye(40)[None]);"
        "heavy = {'sklearn', 'skimage', 'pandas', 'torch', 'onnx', 'joblib'};"
        "print(len(found), sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "1 []\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def test_inspect_tells_of_settings_and_training(detector: Detector, path: Path):
    """As text, as JSON and as a card."""
    text = run("inspect", path).stdout
    lesions = sum(map(len, TRUTH[:9]))
    for told in (
        "a detector of bright lesions in images",
        "imgpipe detect DATA --model FILE",
        f"{lesions} lesions in 9 images",
        f"{detector.candidate_recall_:.1%} of these lesions",
        "no run was given",
        "made up",
    ):
        assert told in text
    found = json.loads(run("inspect", path, "--json").stdout)
    assert (found["format"], found["model"], found["candidates"]) == (
        "imgpipe-detector", "logistic", 12,
    )  # fmt: skip
    assert bundle.inspect(path).to_markdown().startswith("# spots\n")


@pytest.mark.parametrize("verb", ["predict", "evaluate", "export", "serve", "segment"])
def test_other_verbs_name_the_one_for_lesions(verb: str, path: Path, tmp_path: Path):
    """They end in one line that says what would do."""
    np.save(tmp_path / "image.npy", np.eye(9))
    rest = {
        "predict": [path, tmp_path / "image.npy"],
        "evaluate": [path, "synthetic-nodules", "--out", tmp_path / "run"],
        "export": [path, tmp_path / "m.onnx"],
        "serve": [path, "--port", 0],
        "segment": [tmp_path / "image.npy", "--model", path, "--out", tmp_path / "masks"],
    }[verb]
    done = run(verb, *rest)
    assert done.exit_code == 2
    assert "detector" in done.stderr
    assert "imgpipe detect DATA --model FILE" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


class Odd(LogisticRegression):
    """Says another thing to a file than of images."""

    def to_onnx(self, graph: Any, x: str) -> str:
        half = graph.constant(np.full((len(self.coef_[0]), 2), 0.0))
        return graph.add("Add", [graph.add("MatMul", [x, half]), graph.constant(np.array(0.5))])


def test_what_cannot_be_kept_is_said_before_anything_is_written(detector: Detector, tmp_path: Path):
    """An unfitted detector, a pickle, a classifier that cannot be kept."""
    from sklearn.naive_bayes import GaussianNB

    file = tmp_path / "m.imgpipe"
    of_bayes = Detector(GaussianNB(), **QUICK).fit(DATA.images[:6], TRUTH[:6])
    odd = Detector(Odd(max_iter=500), **QUICK, hard_negatives=0).fit(DATA.images[:6], TRUTH[:6])
    for given, how, told in (
        (Detector(), {}, "not fitted"),
        (detector, {"classes": ["a", "b"]}, "classes and sample"),
        (detector, {"card": {"note": b""}}, "JSON"),
        (detector.fitted(), {}, "copy that file"),
        (of_bayes, {}, "GaussianNB cannot be written"),
        (odd, {}, "a score differs by"),
    ):
        with pytest.raises(InputError, match=told):
            bundle.save(given, file, **how)
    with pytest.raises(InputError, match="without a pickle"):
        bundle.save(detector, tmp_path / "m.joblib")
    with pytest.raises(InputError, match="run is that of a Detector"):
        bundle.save(of_bayes.model_, file, run=object())
    assert not list(tmp_path.iterdir())


def changed(path: Path, change: Any) -> bytes:
    """A file whose manifest and members `change` has changed, with digests that are right."""
    members = unpacked(path.read_bytes())
    told = json.loads(members.pop(MANIFEST))
    change(told, members)
    for name, content in members.items():
        found = described(content)
        told["members"].setdefault(name, {"dtype": None, "shape": None})
        told["members"][name] |= {"bytes": found.bytes, "sha256": found.sha256}
    return packed({MANIFEST: json.dumps(told).encode(), **members})


def say(**new: Any) -> Any:
    return lambda told, _: told.update(new)


def learnt(**new: Any) -> Any:
    return lambda told, _: told["trained"].update(new)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (say(axes=4), "2 or 3"),
        (say(axes=3), "features are"),
        (say(sigmas=[2.0, 1.0]), "must rise"),
        (say(sigmas=[0.0, 1.0]), "must rise"),
        (say(sigmas=[1.0, 1e9]), "must rise"),
        (say(polarity="pale"), "polarity"),
        (say(candidates=10**9), "candidates is"),
        (say(patch_size=1), "patch_size is 1"),
        (say(patch_size=10**6), "patch_size is"),
        (say(families=["glcn"]), "glcn"),
        (say(families=["glcm"]), "features are"),
        (say(families=None), "all but networks"),
        (say(nms=2.0), "nms is 2"),
        (say(rule="near"), "hit rule"),
        (say(overlap=0.5), "means nothing"),
        (say(fitted={"kind": "pickle"}), "pickle"),
        (say(features=["sigma"]), "features are 1"),
        (say(model=" "), "a line is needed"),
        (say(card={"note": 3}), "note"),
        (say(extra=1), "does not know"),
        (say(format_version=2), "update imgpipe"),
        (say(format="imgpipe"), "manifest"),
        (learnt(images=0), "1 or more"),
        (learnt(candidate_recall=1.5), "beyond 0 to 1"),
        (lambda _, m: m.update({"classifier.onnx": b"x" * 200}), "classifier.onnx"),
        (lambda _, m: m.update({"network.onnx": b"x"}), "graphs"),
        (lambda _, m: m.pop("classifier.onnx"), "do not both have"),
        (
            lambda told, m: told["members"].update({"digests.array": {
                "dtype": "|u1", "shape": [1, 16]}}) or m.update({"digests.array": b"x" * 16}),
            "digests, which no detector has",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_refused(change: Any, told: str, path: Path, tmp_path: Path):
    """Each in one line that names the file, though all its digests are right."""
    other = tmp_path / "other.imgpipe"
    other.write_bytes(changed(path, change))
    with pytest.raises(InputError, match=told) as caught:
        bundle.load(other)
    assert str(caught.value).startswith(f"{other}: ")
