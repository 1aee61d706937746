"""A run, a model that keeps what it found, and images that neither has seen."""

from collections.abc import Iterator
from typing import Any

import pytest
from judged_model import Judged

from imgpipe import bundle, datasets, learn
from imgpipe.evaluate import compare, save_run
from imgpipe.learn import make_pipeline


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """An SVM on features of intensity and HOG, thresholds and sets chosen on inner folds."""
    patch = pytest.MonkeyPatch()
    patch.setenv("IMGPIPE_CACHE", str(tmp_path_factory.mktemp("cache")))
    data = datasets.in_region(datasets.synthetic_nodules(patients=24))
    settings: dict[str, Any] = {"families": ["intensity", "hog"]}
    run = tmp_path_factory.mktemp("judged") / "run"
    save_run(compare({"svm": make_pipeline("svm", **settings)}, data, folds=3, conformal=0.8), run)
    trained = learn.fit(data, "svm", **settings, cases="pictures")
    found = bundle.found_in_run(run, "svm", data, **settings)
    path = run.parent / "svm.imgpipe"
    bundle.save(trained, path, card=bundle.make_card(trained, data, "svm", run=found))
    unseen = datasets.in_region(datasets.synthetic_nodules(patients=6, seed=7))
    yield Judged(run, bundle.load(path), data, unseen)
    patch.undo()
