import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

import joblib
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks as checks

from imgpipe._common import InputError, StoppedFit
from imgpipe.learn import CLASSIFIERS, make_pipeline
from imgpipe.learn.networks import NETWORKS, Augmentation, ConvNetClassifier, estimator
from imgpipe.learn.networks.fitting import training


def small(**settings):
    """A network that learns the tiny images in a moment."""
    usual = {
        "filters": (4, 4),
        "dense": 8,
        "epochs": 6,
        "batch_size": 16,
        "learning_rate": 0.01,
        "random_state": 0,
    }
    return ConvNetClassifier(**{**usual, **settings})


@pytest.fixture(scope="module")
def fitted(tiny):
    return small().fit(*tiny)


@pytest.fixture
def parts(monkeypatch):
    """What the estimator hands to the training loop."""
    seen = []
    real = training.train

    def spy(network, samples, validation, *args, **kwargs):
        seen.append((samples, validation))
        return real(network, samples, validation, *args, **kwargs)

    monkeypatch.setattr(training, "train", spy)
    return seen


def test_it_learns_and_says_so_in_labels(tiny, fitted):
    """Labels come back as given, probabilities sum to 1, in the order of classes_."""
    images, labels = tiny
    assert fitted.classes_.tolist() == ["left", "right"]
    assert fitted.score(images, labels) == 1.0
    probabilities = fitted.predict_proba(images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (probabilities[labels == "right", 1] > 0.5).all()
    assert fitted.n_parameters_ == sum(p.numel() for p in fitted.network_.parameters())
    assert set(fitted.history_[0]) == {
        "epoch",
        "loss",
        "learning_rate",
        "validation_loss",
        "validation_auc",
        "validation_accuracy",
    }


def test_the_seed_repeats_the_network_and_leaves_torch_alone(tiny):
    """The same seed gives the same numbers, another seed others; torch's own state is untouched."""
    images, labels = tiny
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, two = (small(dropout=0.5).fit(images, labels).predict_proba(images) for _ in range(2))
    other = small(dropout=0.5, random_state=1).fit(images, labels).predict_proba(images)
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float64, np.float32, ">u2"])
def test_pixels_of_any_type_train_alike(tiny, fitted, dtype):
    """Images are standardised by the training part, so scale and type do not matter."""
    images, labels = tiny
    scaled = (images.astype(np.float64) * 100 + 1000).astype(dtype)
    found = small().fit(scaled, labels).predict_proba(scaled)
    np.testing.assert_allclose(found, fitted.predict_proba(images), atol=1e-4)


def test_read_only_and_half_precision_images_train_quietly(tiny):
    """Memory that torch cannot write to is copied; float16 has no limit to warn of."""
    images, labels = tiny
    fixed = images.copy()
    fixed.flags.writeable = False
    one, two = (small(epochs=1).fit(x, labels).predict_proba(images) for x in (images, fixed))
    np.testing.assert_array_equal(one, two)
    small(epochs=1).fit(images.astype(np.float16), labels)


def test_colour_on_either_axis_and_sequences_are_the_same(tiny):
    """channel_axis says where colour is; a list of images equals a stack."""
    images, labels = tiny
    colour = np.stack([images, images // 2, 200 - images], axis=-1)
    last = small(channel_axis=-1, epochs=2).fit(colour, labels)
    first = small(channel_axis=0, epochs=2).fit(np.moveaxis(colour, -1, 1), labels)
    listed = small(channel_axis=-1, epochs=2).fit(list(colour), labels)
    expected = last.predict_proba(colour)
    np.testing.assert_array_equal(first.predict_proba(np.moveaxis(colour, -1, 1)), expected)
    np.testing.assert_array_equal(listed.predict_proba(list(colour)), expected)


def test_three_classes_and_bool_images_work(tiny):
    """Any number of classes; bool pixels; a constant channel divides by nothing."""
    images, _ = tiny
    labels = np.arange(60) % 3
    model = small(epochs=1).fit(images > 60, labels)
    assert model.predict_proba(images > 60).shape == (60, 3)
    constant = small(epochs=1, patience=None).fit(np.zeros((6, 8, 8)), [0, 1] * 3)
    assert np.isfinite(constant.predict_proba(np.zeros((1, 8, 8)))).all()


def test_the_given_validation_part_is_never_trained_on(tiny, parts):
    """With a validation part all of X is trained on, and only X sets the standardisation."""
    images, labels = tiny
    model = small(epochs=1).fit(images[:40], labels[:40], validation=(images[40:], labels[40:]))
    ((samples, held),) = parts
    assert (len(samples.codes), len(held.codes)) == (40, 20)
    assert float(model.network_.standardise.mean.squeeze()) == pytest.approx(images[:40].mean())


def test_the_inner_split_divides_no_patient(tiny, parts):
    """Without a validation part, early stopping holds whole patients back, every class on it."""
    images, labels = tiny
    images = images.copy()
    patients = np.repeat(np.arange(15), 4)
    images[:, 0, 0] = patients  # each image carries its patient
    small(epochs=1, validation_fraction=0.3).fit(images, labels, groups=patients)
    ((samples, held),) = parts
    trained, kept = (set(part.images[:, 0, 0, 0].tolist()) for part in (samples, held))
    assert not trained & kept
    assert trained | kept == set(range(15))
    assert set(held.codes.tolist()) == {0, 1}


def test_without_patience_all_samples_are_trained_on(tiny, parts):
    """patience=None holds nothing back and runs every epoch."""
    model = small(epochs=2, patience=None).fit(*tiny)
    ((samples, held),) = parts
    assert (len(samples.codes), held) == (60, None)
    assert (len(model.history_), model.best_epoch_, model.stopped_) == (2, 2, "epochs")


def test_an_interrupt_keeps_the_best_weights(tiny, monkeypatch):
    """An interrupt reaches the caller, and the estimator predicts with the weights so far."""
    images, labels = tiny
    calls = 0
    real = training.step

    def interrupted(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls > 10:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(training, "step", interrupted)
    model = small(epochs=50)
    with pytest.raises(StoppedFit, match="best weights") as caught:
        model.fit(images, labels)
    assert caught.value.model is model
    assert model.stopped_ == "interrupt"
    assert len(model.history_) == 2
    assert model.predict_proba(images).shape == (60, 2)


def test_an_interrupt_in_the_first_epoch_leaves_nothing(tiny, monkeypatch):
    """Weights that were never judged are not kept: the estimator stays unfitted."""

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "step", interrupted)
    model = small()
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(*tiny)
    assert not isinstance(caught.value, StoppedFit)
    assert not hasattr(model, "classes_")


def test_a_budget_of_nothing_still_gives_a_model(tiny):
    """The smallest budget allows one batch, after which the model predicts."""
    model = small(epochs=5, budget_seconds=1e-9).fit(*tiny)
    assert model.stopped_ == "budget"
    assert len(model.history_) == 1
    assert model.predict_proba(tiny[0]).shape == (60, 2)


def test_a_resumed_training_ends_as_an_unbroken_one(tiny, tmp_path, monkeypatch):
    """From a checkpoint, training goes on as if it had never been interrupted."""
    images, labels = tiny
    settings = {"epochs": 4, "patience": 3, "dropout": 0.3, "schedule": "plateau"}
    unbroken = small(**settings).fit(images, labels)
    path = tmp_path / "training.pt"
    real = training.step
    calls = 0

    def interrupted(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == 10:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(training, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        small(checkpoint=path, **settings).fit(images, labels)
    resumed = small(checkpoint=path, **settings).fit(images, labels)
    assert resumed.history_ == unbroken.history_
    np.testing.assert_array_equal(resumed.predict_proba(images), unbroken.predict_proba(images))
    taken = calls
    again = small(checkpoint=path, **settings).fit(images, labels)
    assert calls == taken  # a finished training is not repeated
    np.testing.assert_array_equal(again.predict_proba(images), unbroken.predict_proba(images))


def test_a_checkpoint_of_something_else_is_refused(tiny, tmp_path):
    """Another seed's checkpoint, or a file that is none, is named."""
    images, labels = tiny
    path = tmp_path / "training.pt"
    small(epochs=1, checkpoint=path).fit(images, labels)
    with pytest.raises(InputError, match="belongs to other images, labels or settings"):
        small(epochs=1, checkpoint=path, random_state=1).fit(images, labels)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for damaged in (b"not a checkpoint", b"", whole[:-1], bytes(flipped)):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="no checkpoint of imgpipe, or a damaged one"):
            small(epochs=1, checkpoint=path).fit(images, labels)
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        small(epochs=1, checkpoint=tmp_path).fit(images, labels)


def test_the_budget_ends_training(tiny):
    """CPU seconds used up end training after the batch, with a usable model."""
    model = small(epochs=1000, patience=1000, budget_seconds=0.2).fit(*tiny)
    assert model.stopped_ == "budget"
    assert len(model.history_) < 1000
    assert model.predict(tiny[0]).shape == (60,)


@pytest.mark.parametrize("keep", [pickle, joblib])
def test_it_survives_a_file(tiny, fitted, tmp_path, keep):
    """Pickle and joblib keep every number."""
    path = tmp_path / "model"
    if keep is joblib:
        joblib.dump(fitted, path)
        again = joblib.load(path)
    else:
        again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(tiny[0]), fitted.predict_proba(tiny[0]))


def test_it_stands_in_pipelines_and_searches(tiny):
    """GridSearchCV reaches its settings, those of the augmentation too; clone forgets the fit."""
    images, labels = tiny
    model = small(epochs=1, augment=Augmentation())
    search = GridSearchCV(
        Pipeline([("classify", model)]),
        {"classify__augment__crop": [0, 1], "classify__filters": [(2, 2)]},
        cv=2,
        error_score="raise",
    ).fit(images, labels)
    assert search.best_params_["classify__filters"] == (2, 2)
    assert not hasattr(clone(search.best_estimator_[-1]), "network_")


@pytest.mark.parametrize(
    "check",
    [
        checks.check_no_attributes_set_in_init,
        checks.check_parameters_default_constructible,
        checks.check_get_params_invariance,
        checks.check_set_params,
        checks.check_estimator_cloneable,
        checks.check_estimator_repr,
    ],
)
def test_scikit_learn_agrees(check):
    """The estimator checks that need no table of numbers pass."""
    assert check("ConvNetClassifier", ConvNetClassifier()) is None


def test_threads_follow_the_caller(tiny, monkeypatch):
    """n_jobs asks, torch's own setting and IMGPIPE_THREADS limit, and all is restored."""
    seen = []
    real = training.step
    monkeypatch.setattr(
        training, "step", lambda *a, **k: (seen.append(torch.get_num_threads()), real(*a, **k))[1]
    )
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        small(epochs=1).fit(*tiny)
        assert set(seen) == {1}
        seen.clear()
        monkeypatch.setenv("IMGPIPE_THREADS", "2")
        small(epochs=1, n_jobs=4).fit(*tiny)
        assert set(seen) == {2}
        seen.clear()
        monkeypatch.setenv("IMGPIPE_THREADS", "1")
        small(epochs=1, n_jobs=4).fit(*tiny)
        assert set(seen) == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_memory_that_runs_out_says_which_batch_size_to_try(tiny, monkeypatch):
    """Out of memory becomes one line with half the batch size."""

    def hungry(*args, **kwargs):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 TB")

    monkeypatch.setattr(training, "step", hungry)
    with pytest.raises(InputError, match="out of memory with batch_size=16; try batch_size=8"):
        small().fit(*tiny)


def with_value(images, index, value):
    changed = images.astype(np.float32)
    changed[index, 2, 2] = value
    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (with_value(x, 7, np.nan), y), "^image 7 holds NaN or infinity"),
        (lambda x, y: (with_value(x, 0, np.inf), y), "image 0 holds NaN"),
        (lambda x, y: (with_value(x, 5, -1e38), y), "image 5 holds values beyond 1e"),
        (lambda x, y: (x, np.where(np.arange(60) == 3, "odd", y)), "class odd has one sample"),
        (lambda x, y: (x, np.repeat("left", 60)), "one class only"),
        (lambda x, y: (x, y[:-1]), r"y has shape \(59,\) for 60 images"),
        (lambda x, y: (x[:, :3, :3], y), "smaller than cnn can take"),
        (lambda x, y: (x[..., None], y), "colour is said with channel_axis"),
        (lambda x, y: (x[0], y), "X has shape"),
        (lambda x, y: (x.astype(complex), y), "type complex128"),
        (lambda x, y: ([*x[:-1], x[0, :5]], y), "images of 2 sizes"),
        (lambda x, y: (x[:0], y[:0]), "empty"),
        (lambda x, y: (x, np.array(["left", 1] * 30, dtype=object)), "labels of several types"),
    ],
)
def test_bad_images_and_labels_are_named(tiny, change, words):
    """What cannot be trained on gives one error that says what was found."""
    with pytest.raises(InputError, match=words):
        small().fit(*change(*tiny))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"augment": "strong"}, "augment is 'strong'"),
        ({"device": "tpu7"}, "device is 'tpu7'"),
        ({"validation_fraction": 0.7}, "validation_fraction"),
        ({"first_layer": "gabor"}, "first_layer"),
        ({"weights": "w.pth"}, "weights are for vgg16"),
        ({"network": "vgg17"}, "no network is named"),
        ({"channel_axis": -1}, "four axes are needed"),
        ({"network": ["cnn"]}, "no network is named"),
        ({"batch_size": 2.5}, "batch_size is 2.5; give a whole number"),
        ({"epochs": None}, "epochs is None; give a whole number"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'; give a number"),
        ({"l1": float("inf")}, "l1 is inf; give a finite number"),
        ({"dropout": "half"}, "dropout is 'half'"),
        ({"filters": 4}, "filters is 4; give a tuple"),
        ({"filters": (4.5, 4)}, "filters is 4.5; give a whole number"),
        ({"kernel_size": "3"}, "kernel_size is '3'"),
        ({"kernel_size": 1, "first_layer": "filters"}, "needs a kernel_size of 3"),
        ({"class_weight": "none"}, "class_weight is 'none'"),
        ({"class_weight": {"left": -1, "right": 1}}, "weights are 0 or more"),
        ({"class_weight": {"up": 1}}, "class_weight is {'up': 1}"),
        ({"batch_norm": True, "batch_size": 1}, "batch norm needs batches of two"),
        ({"augment": Augmentation(rotation="a")}, "rotation is 'a'; give a number"),
        ({"augment": Augmentation(shift=(0, float("inf")))}, "shift is inf"),
        ({"device": None}, "device is None"),
        ({"device": "meta"}, "device is 'meta'"),
    ],
)
def test_bad_settings_are_named(tiny, settings, words):
    """A setting that cannot be used gives one error that names it."""
    with pytest.raises(InputError, match=words):
        small(**settings).fit(*tiny)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_that_is_not_there_is_said(tiny):
    """Asking for CUDA where there is none says what would do."""
    with pytest.raises(InputError, match="finds no CUDA here; use 'cpu' or 'auto'"):
        small(device="cuda").fit(*tiny)


def test_bad_validation_parts_are_named(tiny, fitted):
    """A validation part of another size, class or length is refused; so are images to predict."""
    x, y = tiny
    for pair, words in (
        ((x[:, :7], y), "validation has images of 7x8"),
        ((x, np.repeat("up", 60)), "class up, which the training part lacks"),
        ((x, y[:5]), "validation has 60 images"),
        (x, "pair"),
        ((with_value(x, 4, np.nan), y), "validation: image 4"),
        ((x[:0], y[:0]), "validation is empty"),
        ((None, y), "validation is of type NoneType"),
    ):
        with pytest.raises(InputError, match=words):
            small().fit(x, y, validation=pair)
    with pytest.raises(InputError, match=r"X has images of 6x8 .* trained on 8x8"):
        fitted.predict(x[:, :6])
    with pytest.raises(InputError, match="two patients of each class"):
        small().fit(x, y, groups=np.where(y == "left", 1, 2))
    with pytest.raises(InputError, match="groups holds None"):
        small().fit(x, y, groups=[None] * 60)
    with pytest.raises(InputError, match="groups has shape"):
        small().fit(x, y, groups=[1, 2])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_registry_builds_what_it_names(name):
    """Every network is a classifier of images with its own defaults, a grid and the seed given."""
    builder = CLASSIFIERS[name]
    model = builder(random_state=7, n_jobs=2)
    settings = model.get_params()
    assert NETWORKS[name].defaults.items() <= settings.items()
    if NETWORKS[name].augment:
        assert NETWORKS[name].augment.items() <= settings["augment"].get_params().items()
    assert builder.raw_images
    assert (model.network, model.random_state, model.n_jobs) == (name, 7, 2)
    assert all(key in model.get_params() for key in builder.grid)
    assert isinstance(model, estimator.ConvNetClassifier)


def test_a_pipeline_of_a_network_takes_the_images(tiny):
    """make_pipeline leaves features out, filters first, and tells the network of colour."""
    images, labels = tiny
    pipeline = make_pipeline("cnn", filters=["median"], channel_axis=-1)
    assert [name for name, _ in pipeline.steps] == ["filter_1", "classify"]
    colour = np.stack([images] * 3, axis=-1)
    pipeline.set_params(classify__epochs=1, classify__filters=(2, 2)).fit(colour, labels)
    assert pipeline.predict_proba(colour).shape == (60, 2)
