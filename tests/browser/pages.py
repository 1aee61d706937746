"""The pages that are looked at, by kind; each is made of a real run on small images."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from toy_datasets import make_dataset, with_classes
from toy_detections import toy_run

from imgpipe import bundle, datasets, images, learn
from imgpipe.evaluate import Comparison, JoinedRuns, compare, join_runs, save_run
from imgpipe.learn import make_pipeline
from imgpipe.report import write_prediction
from imgpipe.report.detection import render_detection
from imgpipe.report.html import render
from imgpipe.report.masks import render_masks
from imgpipe.report.runs import render_runs
from imgpipe.tables import measure_masks


def _models(*names: str) -> dict[str, object]:
    return {name: make_pipeline(name, families="intensity") for name in names}


@cache
def _split_run(classes: tuple[str, str] = ("benign", "malignant")) -> Comparison:
    """Two classes in a given split, with thresholds and conformal sets of the validation part."""
    split = np.tile(["train", "test", "val"], 67)[:200]
    models = _models("forest", "logistic", "dummy")
    return compare(models, make_dataset(classes, 100, split=split), conformal=0.9, canaries=True)


def _lacking_run() -> Comparison:
    """The same, and thresholds were chosen for all models but the forest."""
    run = _split_run()
    lacking = [
        replace(m, operation=tuple(replace(o, points=o.points[:1]) for o in m.operation))
        if m.name == "forest"
        else m
        for m in run.models
        if m.name != "dummy"
    ]
    return replace(run, models=tuple(lacking), pairs=(), canaries=())


def _hostile() -> Comparison:
    """Names that would break out of the page, or are too long for it."""
    data = make_dataset(
        ("</script><script>alert(1)</script>", "a \"b\" & 'c' " + "long" * 30),
        60,
        split=np.tile(["train", "test"], 60),
    )
    named = {"<img src=x onerror=alert(2)>": "forest", "__proto__": "dummy", "m" * 90: "logistic"}
    return compare(
        {name: make_pipeline(known, families="intensity") for name, known in named.items()}, data
    )


@cache
def _folds_run() -> Comparison:
    """Three classes in folds, by patient, with thresholds of inner folds."""
    patients = [f"P{i // 2}" for i in range(90)]
    data = make_dataset(("normal", "benign", "malignant"), 30, groups=patients)
    return compare(_models("logistic", "dummy"), data, folds=3, thresholds=True)


def _many() -> Comparison:
    """Fourteen classes with long names and seven models."""
    names = tuple(f"class {i} with a name that goes on for quite a while" for i in range(14))
    models = {f"model {i}": make_pipeline("dummy", families="intensity") for i in range(6)}
    return compare({**models, **_models("logistic")}, make_dataset(names, 10), folds=2)


def _very_many() -> Comparison:
    """200 classes: a run of three whose classes have multiplied."""
    return with_classes(_folds_run(), 200)


def _one() -> Comparison:
    return compare(_models("logistic"), make_dataset(("benign", "malignant"), 40), folds=2)


@cache
def _joined() -> JoinedRuns:
    """Two runs that judged the same images, side by side."""
    data = make_dataset(("normal", "benign", "malignant"), 30)
    return join_runs({n: compare(_models(n), data, folds=2) for n in ("logistic", "dummy")})


@cache
def _explained() -> bundle.Explained:
    """One nodule, by a model that keeps what its run found."""
    data = datasets.in_region(datasets.synthetic_nodules(patients=24))
    settings = {"families": ["intensity", "hog"]}
    models = {"logistic": make_pipeline("logistic", **settings)}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        save_run(compare(models, data, folds=3, conformal=0.8), run)
        trained = learn.fit(data, "logistic", **settings, cases="pictures")
        found = bundle.found_in_run(run, "logistic", data, **settings)
        path = Path(folder) / "model.imgpipe"
        bundle.save(trained, path, card=bundle.make_card(trained, data, "logistic", run=found))
        unseen = datasets.in_region(datasets.synthetic_nodules(patients=4, seed=7))
        return bundle.explain(bundle.load(path), unseen.images[0])


def _patient(lang: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patient.html"
        write_prediction(_explained(), path, lang=lang)
        return path.read_text(encoding="utf-8")


def _masks(lang: str, *, objects: bool = False) -> str:
    """Two labels in eleven images; a mask is missing, another one is no picture."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:60, :80]
    with tempfile.TemporaryDirectory() as folder:
        for i in range(12):
            far = i - 4 if i else 99
            for kind, moved in (("pred", far), ("mask", 0)):
                disc = np.hypot(y - 25 - moved, x - 30) < 11
                other = np.hypot(y - 25, x - 60 + moved / 2) < 8
                path = Path(
                    folder, kind, f"patient_{i:03}_with_a_name_that_goes_on_and_on_{kind}.png"
                )
                path.parent.mkdir(exist_ok=True)
                images.write(path, (disc + 2 * other).astype(np.uint8))
            scan = Path(folder, "scans", path.name.replace("_mask", ""))
            scan.parent.mkdir(exist_ok=True)
            images.write(scan, rng.integers(0, 256, (60, 80), np.uint8))
        path.unlink()
        bad = next(Path(folder, "pred").glob("patient_003*"))
        bad.write_bytes(b"no picture")
        iou = (0.5, 0.75) if objects else None
        found, drawn, scans = (str(Path(folder, name)) for name in ("pred", "mask", "scans"))
        scores = measure_masks(found, drawn, images=scans, iou=iou, pictures=6)
        return render_masks(scores, "found / drawn", "imgpipe measure found drawn", lang)


def _notebook() -> str:
    """What a comparison and joined runs show of themselves, in a page that knows nothing of it."""
    shown = _split_run()._repr_html_() + _joined()._repr_html_()
    return f'<!doctype html><html lang="en"><title>Notebook</title><main>{shown}</main></html>'


PAGES: dict[str, Callable[[], str]] = {
    "split": lambda: render(_split_run()),
    "split-zh": lambda: render(_split_run(), "zh"),
    "folds": lambda: render(_folds_run()),
    "folds-zh": lambda: render(_folds_run(), "zh"),
    "lacking": lambda: render(_lacking_run()),
    "hostile": lambda: render(_hostile()),
    "many": lambda: render(_many()),
    "very-many": lambda: render(_very_many()),
    "one": lambda: render(_one()),
    "runs": lambda: render_runs(_joined()),
    "runs-zh": lambda: render_runs(_joined(), "zh"),
    "patient": lambda: _patient("en"),
    "patient-zh": lambda: _patient("zh"),
    "masks": lambda: _masks("en"),
    "masks-zh": lambda: _masks("zh"),
    "objects": lambda: _masks("en", objects=True),
    "detection": lambda: render_detection(toy_run(), "imgpipe detect scans --out run"),
    "detection-zh": lambda: render_detection(toy_run(12, depth=9), lang="zh"),
    "notebook": _notebook,
}
