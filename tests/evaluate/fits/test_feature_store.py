"""Features are computed once, kept on disk, and never trusted when they cannot be read."""

import time
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe import features, kernels
from imgpipe._common import InputError, cache_dir
from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.evaluate.fits.feature_store import FeatureStore, hash_of_sources
from imgpipe.evaluate.fits.steps import join_features, split_features
from imgpipe.learn import FeatureExtractor, Filter

IMAGES = np.random.default_rng(0).integers(0, 256, (24, 8, 8), dtype=np.uint8)
DATA = Dataset("noise", IMAGES, np.arange(24) % 2, ("a", "b"))
STEPS = [Filter("median"), FeatureExtractor("intensity")]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images each call of `extract_many` was given, the first ones left out."""
    calls: list[int] = []
    original = features.extract_many

    def spy(images: Any, *args: Any, **settings: Any) -> Any:
        if len(images) > 2:
            calls.append(len(images))
        return original(images, *args, **settings)

    monkeypatch.setattr(features, "extract_many", spy)
    return calls


def store() -> FeatureStore:
    return FeatureStore(IMAGES, survey_images(IMAGES, None))


def pipeline(**settings: Any) -> Pipeline:
    return Pipeline(
        [
            ("filter_1", Filter("median")),
            ("features", FeatureExtractor("intensity", **settings)),
            ("scale", StandardScaler()),
            ("classify", LogisticRegression()),
        ]
    )


def test_features_are_computed_once_for_all_models_and_folds(counted: list[int]) -> None:
    """Two models, three folds and two comparisons need one extraction."""
    compare({"a": pipeline(), "b": pipeline(n_jobs=1)}, DATA, folds=3)
    compare({"c": pipeline()}, DATA, folds=2)
    # occluded copies of the worst mistakes come later, in other numbers
    assert [n for n in counted if n == len(DATA)] == [24]


def test_other_settings_or_pixels_are_computed_anew(counted: list[int]) -> None:
    """The key covers the settings of every step and every pixel."""
    store().inputs(STEPS)
    store().inputs([Filter("median", size=1), STEPS[1]])
    changed = IMAGES.copy()
    changed[0, 0, 0] ^= 1
    values, _ = FeatureStore(changed, survey_images(changed, None)).inputs(STEPS)
    assert counted == [24, 24, 24]
    np.testing.assert_array_equal(
        values, FeatureExtractor("intensity").transform(Filter("median").transform(changed))
    )


def test_what_other_people_wrote_is_not_kept_on_disk() -> None:
    """A kernel or family from outside may change without a trace in the key: it is run anew."""

    def brighter(image: Any, axes: Any = None) -> Any:
        return image // 2 + 100

    family = features.Family(
        "size",
        "Size",
        lambda plan: [features.Feature("size_rows", "size", None, None, "1", "Rows.")],
        lambda batch, plan: np.full((len(batch), 1), float(batch.values.shape[-2])),
        ibsi=False,
    )
    kernels.register("brighter", brighter)
    features.register(family)
    try:
        for steps in (
            [Filter("brighter"), FeatureExtractor("intensity")],
            [FeatureExtractor(["intensity", "size"])],
            # the key holds no unit, by which intensities are rounded
            [FeatureExtractor("intensity", spacing=(1, 1), resampling=2)],
        ):
            values, _ = store().inputs(steps)
            assert len(values) == 24
            assert not (cache_dir() / "features").exists()
    finally:
        del kernels.KERNELS["brighter"], features.FAMILIES["size"]
    store().inputs(STEPS)
    assert (cache_dir() / "features").exists()


def test_the_price_is_that_of_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading code at the first images is not counted; the cache gives the time of computing."""
    original = features.extract_many
    loaded: set[bool] = set()

    def slow_at_first(images: Any, *args: Any, **settings: Any) -> Any:
        many = len(images) > 1
        if many not in loaded:
            loaded.add(many)
            end = time.process_time() + 0.3
            while time.process_time() < end:
                pass
        return original(images, *args, **settings)

    monkeypatch.setattr(features, "extract_many", slow_at_first)
    _, seconds = store().inputs(STEPS)
    assert loaded == {False, True}
    assert seconds < 0.2
    entry = next((cache_dir() / "features").rglob("output.pkl"))
    kept = joblib.load(entry)
    joblib.dump((kept[0], 12.5), entry)
    assert store().inputs(STEPS)[1] == 12.5


def test_an_unreadable_entry_is_computed_again(
    counted: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A truncated cache file costs time, not the run, and alarms nobody."""
    expected, _ = store().inputs(STEPS)
    (entry,) = (cache_dir() / "features").rglob("output.pkl")
    entry.write_bytes(entry.read_bytes()[:100])
    values, _ = store().inputs(STEPS)
    np.testing.assert_array_equal(values, expected)
    assert counted == [24, 24]
    assert capsys.readouterr().err == ""


def test_a_crash_leaves_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt during extraction leaves nothing that a later run could mistake for values."""

    def interrupted(images: Any, **settings: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(features, "extract_many", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store().inputs(STEPS)
    assert not list((cache_dir() / "features").rglob("output.pkl"))
    values, _ = store().inputs(STEPS)
    assert len(values) == 24


def test_a_cache_that_cannot_be_written_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An unusable cache folder costs the sharing between runs only."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("IMGPIPE_CACHE", str(blocked))
    values, _ = store().inputs(STEPS)
    assert len(values) == 24


def test_only_leading_stateless_steps_are_shared() -> None:
    """What is fitted stays inside the fold; a model without features stays whole."""
    feature_steps, learning_steps = split_features(pipeline())
    assert [type(step).__name__ for step in feature_steps] == ["Filter", "FeatureExtractor"]
    assert [name for name, _ in learning_steps.steps] == ["scale", "classify"]
    late = Pipeline([("scale", StandardScaler()), ("features", FeatureExtractor())])
    assert split_features(Pipeline([*late.steps, ("c", LogisticRegression())]))[0] == []
    raw = Pipeline([("filter_1", Filter()), ("classify", LogisticRegression())])
    assert split_features(raw) == ([], raw)


def test_a_joined_pipeline_equals_one_fitted_whole() -> None:
    """Putting the shared steps back gives the pipeline that scikit-learn would have fitted."""
    whole = pipeline().fit(IMAGES, DATA.labels)
    feature_steps, learning_steps = split_features(pipeline())
    values, _ = store().inputs(feature_steps)
    learned = learning_steps.fit(values, DATA.labels)
    joined = join_features(pipeline(), store().fitted(feature_steps), learned)
    np.testing.assert_allclose(joined.predict_proba(IMAGES), whole.predict_proba(IMAGES))
    assert list(joined["features"].get_feature_names_out()) == list(
        whole["features"].get_feature_names_out()
    )


def test_sources_are_hashed_and_the_first_image_measured_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Models, seeds and folds share one look at the sources and one measurement of image 0."""
    read: list[Path] = []
    alone: list[int] = []
    original_read, original_extract = Path.read_bytes, features.extract_many

    def read_bytes(path: Path) -> bytes:
        read.append(path)
        return original_read(path)

    def spy(images: Any, *args: Any, **settings: Any) -> Any:
        if len(images) == 1:
            alone.append(1)
        return original_extract(images, *args, **settings)

    hash_of_sources.cache_clear()
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    monkeypatch.setattr(features, "extract_many", spy)
    kept = store()
    for _ in range(3):
        kept.inputs(STEPS)
        kept.fitted(STEPS)
    sources = [path for path in read if path.suffix == ".py"]
    assert sources
    assert len(sources) == len(set(sources))
    # once to load the compiled code and once to name the features
    assert len(alone) <= 2


def test_named_columns_are_shared_too() -> None:
    """Pipelines that pass pandas tables between their steps are compared like any other."""
    comparison = compare({"table": pipeline().set_output(transform="pandas")}, DATA, folds=2)
    assert comparison.models[0].importances


@pytest.mark.parametrize(
    ("ids", "split", "name"),
    [
        ([f"scans/{i}.npy" for i in range(24)], None, "scans/5.npy"),
        (None, None, "image 5"),
        (None, ["train"] * 4 + ["test"] * 20, r"image 5 \(test\)"),
    ],
)
def test_errors_name_the_image(ids: Any, split: Any, name: str) -> None:
    """An image that features refuse is named by its id, or by its number and its part."""
    images = IMAGES.astype(float)
    images[5, 0, 0] = np.nan
    dataset = Dataset("noise", images, DATA.labels, ("a", "b"), ids=ids, split=split)
    spoilt = FeatureStore(images, survey_images(images, None), dataset)
    with pytest.raises(InputError, match=rf"^{name} holds 1 NaN or infinite pixels"):
        spoilt.inputs([FeatureExtractor("intensity")])
