import os
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from torch import nn
from torch.nn import functional

from imgpipe._common import InputError
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.fitting import training
from imgpipe.learn.networks.fitting.optimise import check_recipe, make_optimizer, make_schedule
from imgpipe.learn.networks.settings import Choices, Recipe


def small_network(seed=0):
    torch.manual_seed(seed)
    choices = Choices(filters=(2, 2), dense=3, dropout=0.0)
    return build("cnn", (8, 8), 2, choices, torch.zeros(1), torch.ones(1))


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(6, 1, 8, 8, generator=generator), torch.tensor([0, 1, 0, 1, 1, 1])


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.01, 0.0), (0.0, 0.1), (0.02, 0.05)])
def test_a_step_of_sgd_follows_its_formula(batch, l1, l2):
    """W becomes w - lr (gradient + l1 sign(w) + l2 w), biases without the penalties."""
    images, codes = batch
    network, plain = small_network(), small_network()
    class_weights = torch.tensor([2.0, 0.5])
    loss = functional.cross_entropy(plain(images), codes, class_weights)
    loss.backward()
    recipe = Recipe(optimizer="sgd", learning_rate=0.1, momentum=0.0, l1=l1, l2=l2)
    optimizer = make_optimizer(network, recipe)
    found = training.step(network, images, codes, optimizer, recipe, class_weights)
    assert float(found) == pytest.approx(float(loss.detach()), rel=1e-5)
    for ours, theirs in zip(network.parameters(), plain.parameters(), strict=True):
        gradient = theirs.grad
        if theirs.ndim > 1:
            gradient = gradient + l1 * theirs.sign() + l2 * theirs
        torch.testing.assert_close(ours, theirs - 0.1 * gradient, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({"schedule": "constant"}, [1, 1, 1, 1]),
        ({"schedule": "step", "schedule_every": 2, "schedule_factor": 0.5}, [1, 1, 0.5, 0.5]),
        ({"schedule": "exponential", "schedule_factor": 0.5}, [1, 0.5, 0.25, 0.125]),
        ({"schedule": "cosine", "epochs": 4}, [1, 0.853553, 0.5, 0.146447]),
    ],
)
def test_schedules_follow_their_formulas(settings, rates):
    """The rate of each epoch is the schedule's own."""
    recipe = Recipe(optimizer="sgd", learning_rate=1.0, **settings)
    optimizer = make_optimizer(nn.Linear(1, 1), recipe)
    schedule = make_schedule(optimizer, recipe)
    found = []
    for _ in rates:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
    assert found == pytest.approx(rates, abs=1e-6)


def test_plateau_lowers_the_rate_where_nothing_improves():
    """The rate falls once the score has stood still for more than the stated epochs."""
    recipe = Recipe(learning_rate=1.0, schedule="plateau", schedule_every=1)
    optimizer = make_optimizer(nn.Linear(1, 1), recipe)
    schedule = make_schedule(optimizer, recipe)
    rates = []
    for score in (1.0, 0.5, 0.5, 0.5):
        schedule.step(score)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([1, 1, 1, 0.1])


def test_batches_cover_every_sample_and_none_is_alone():
    """A last single sample joins the batch before it, for batch norm."""
    parts = training.batches(torch.arange(9), 4)
    assert [len(part) for part in parts] == [4, 5]
    assert torch.equal(torch.cat(parts), torch.arange(9))


def test_auc_is_the_mean_over_classes():
    """AUC of three classes is the mean of each against the rest; NaN where one is missing."""
    perfect = torch.eye(3).numpy()
    assert training.mean_auc(torch.arange(3).numpy(), perfect) == 1.0
    two = torch.tensor([[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.1, 0.9]]).numpy()
    assert training.mean_auc(torch.tensor([0, 0, 1, 1]).numpy(), two) == 0.75
    assert training.mean_auc(torch.zeros(4).numpy(), two) != training.mean_auc(
        torch.zeros(4).numpy(), two
    )


def test_the_best_weights_are_left_in_the_network(batch, monkeypatch):
    """Training ends with the weights of the epoch whose validation was best, and stops after it."""
    images, codes = batch
    samples = training.Samples(images, codes)
    scores = iter([0.9, 0.2, 0.5, 0.6, 0.7])
    kept = []

    def judged(network, *_):
        kept.append({k: v.clone() for k, v in network.state_dict().items()})
        return {"validation_loss": next(scores), "validation_auc": 0.5, "validation_accuracy": 0.5}

    monkeypatch.setattr(training, "_judge", judged)
    network = small_network()
    outcome = training.train(
        network,
        samples,
        samples,
        Recipe(epochs=5, patience=2),
        class_weights=None,
        augment=None,
        device=torch.device("cpu"),
        seed=0,
    )
    assert (outcome.best_epoch, outcome.stopped, len(outcome.history)) == (2, "patience", 4)
    assert all(torch.equal(v, kept[1][k]) for k, v in network.state_dict().items())


def test_a_loss_that_explodes_is_reported(batch):
    """A learning rate that blows the weights up gives an error that names it."""
    images, codes = batch
    with pytest.raises(InputError, match="smaller learning_rate"):
        training.train(
            small_network(),
            training.Samples(images, codes),
            None,
            Recipe(optimizer="sgd", learning_rate=1e30, epochs=5),
            class_weights=None,
            augment=None,
            device=torch.device("cpu"),
            seed=0,
        )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "lion"}, "optimizer is 'lion'; choose from adam, sgd"),
        ({"schedule": "linear"}, "schedule is 'linear'; choose from constant, step"),
        ({"monitor": "f1"}, "monitor"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"patience": 0}, "patience is 0"),
        ({"learning_rate": 0.0}, "learning_rate is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"l1": -1.0}, "l1 is -1"),
        ({"budget_seconds": 0.0}, "budget_seconds is 0"),
    ],
)
def test_senseless_settings_are_refused(settings, words):
    """Each setting out of range is named."""
    with pytest.raises(InputError, match=words):
        check_recipe(Recipe(**settings))


@pytest.mark.full
@pytest.mark.parametrize(("set_before", "expected"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_that_wait_do_not_spin(set_before, expected):
    """OpenMP is told to wait passively before torch loads it, unless the user chose otherwise."""
    code = (
        "import os, sys, imgpipe.learn.networks as n; assert 'torch' not in sys.modules;"
        "n.ConvNetClassifier; assert 'torch' in sys.modules; print(os.environ['OMP_WAIT_POLICY'])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    if set_before:
        environment["OMP_WAIT_POLICY"] = set_before
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == expected
