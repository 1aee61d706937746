"""Networks beside classical models in one comparison."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.learn import make_pipeline
from imgpipe.learn.networks import ConvNetClassifier
from imgpipe.learn.networks.fitting import training

SMALL = {"filters": (4, 4), "dense": 8, "epochs": 3, "batch_size": 16, "learning_rate": 0.01}


def make_dataset(n: int = 96, **fields: object) -> Dataset:
    """Noise whose left or right half is a little brighter."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    images = rng.normal(100, 30, (n, 10, 10))
    images[labels == 0, :, :5] += 25
    images[labels == 1, :, 5:] += 25
    pixels = images.clip(0, 255).astype(np.uint8)
    return Dataset("halves", pixels, labels, ("left", "right"), **fields)


def models() -> dict[str, object]:
    return {
        "cnn": ConvNetClassifier(**SMALL),
        "forest": make_pipeline("forest", families="intensity"),
    }


@pytest.fixture
def trained(monkeypatch):
    """What each training was given."""
    seen = []
    real = training.train

    def spy(network, samples, validation, recipe, **kwargs):
        seen.append((samples, validation, recipe))
        return real(network, samples, validation, recipe, **kwargs)

    monkeypatch.setattr(training, "train", spy)
    return seen


def test_the_validation_part_stops_networks_and_is_never_trained_on(trained):
    """With a given split a network trains on the training part alone and watches validation."""
    split = np.repeat(["train", "val", "test"], [48, 24, 24])
    result = compare(models(), make_dataset(split=split))
    ((samples, held, _),) = trained
    assert (len(samples.codes), len(held.codes)) == (48, 24)
    cnn, forest = result.models
    assert {"val", "test"} == set(cnn.splits)
    assert cnn.metrics["auc"].value > 0.8
    assert cnn.cost["parameters"] == cnn.pipeline.n_parameters_
    assert "parameters" not in forest.cost
    assert cnn.cost["model_bytes"] > 4 * cnn.cost["parameters"]
    assert cnn.cost["epochs"] == 3
    assert "epochs" not in forest.cost
    assert "torch" in result.run.versions


def test_seeds_give_each_network_its_spread(trained):
    """Each fold and seed is a training of its own, on the same folds."""
    patients = np.array([f"P{i // 4}" for i in range(96)])
    result = compare(models(), make_dataset(groups=patients), folds=2, seeds=2)
    assert len(trained) == 4
    assert result.models[0].metrics["auc"].seed_sd is not None
    assert set(result.predictions["seed"]) == {0, 1}
    board = result.leaderboard()
    assert board["auc_seed_sd"].tolist() == [
        next(m for m in result.models if m.name == name).metrics["auc"].seed_sd
        for name in board["model"]
    ]


def test_a_colour_network_is_told_of_the_channels():
    """A registered network in a colour data set needs no further word."""
    gray = make_dataset(40)
    colour = Dataset(
        "colour",
        np.stack([gray.images] * 3, axis=-1),
        gray.labels,
        gray.classes,
        split=np.repeat(["train", "val", "test"], [20, 10, 10]),
        channel_axis=-1,
    )
    model = make_pipeline("cnn").set_params(**{f"classify__{k}": v for k, v in SMALL.items()})
    found = compare({"cnn": model}, colour).models[0]
    assert found.pipeline[-1].channel_axis == -1


def test_the_budget_is_shared_by_folds_and_said(trained):
    """Each fit gets its share of the budget, and the protocol names what was cut short."""
    slow = ConvNetClassifier(**{**SMALL, "epochs": 100_000, "patience": 100_000})
    result = compare({"cnn": slow}, make_dataset(), folds=2, budget_seconds=0.6)
    assert [recipe.budget_seconds for *_, recipe in trained] == [0.3, 0.3]
    assert "The budget of 0.6 CPU seconds for each model ended the training of cnn" in (
        result.protocol.statement
    )


def test_a_fit_that_outlasts_the_budget_is_named():
    """What cannot be ended midway is said to have taken longer, with its CPU seconds."""
    forest = {"forest": make_pipeline("forest", families="intensity")}
    result = compare(forest, make_dataset(), folds=2, budget_seconds=0.01)
    assert "took longer than the budget: forest (" in result.protocol.statement
    assert "budget" not in compare(forest, make_dataset(), folds=2).protocol.statement
