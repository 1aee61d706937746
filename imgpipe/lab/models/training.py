"""The process that trains the lab's own models: one line of JSON at each step on its way."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from imgpipe._common import InputError, cache_dir
from imgpipe._common.locks import lock
from imgpipe.lab.models.recipe import NETWORK, Recipe

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset

_PAUSE = 0.2  # seconds between looks at what another process holds


def main() -> None:
    """Train what is told in the first argument, and say how far it is."""
    told = json.loads(sys.argv[1])
    families = told["recipe"]["families"]
    recipe = Recipe(
        **{
            **told["recipe"],
            "families": families if isinstance(families, str) else tuple(families),
        }
    )
    if hasattr(os, "nice"):
        os.nice(5)  # the page answers first
    with _lines() as lines:
        for kind in told["kinds"]:
            try:
                train(kind, recipe, partial(_tell, lines, kind))
            except OSError as error:
                _tell(lines, kind, "failed", _not_kept(error))
            except Exception as error:
                _tell(lines, kind, "failed", f"{type(error).__name__}: {error}")


def _not_kept(error: OSError) -> str:
    return (
        f"it cannot be kept in {cache_dir()}: {error.strerror or error}; set IMGPIPE_CACHE to a "
        "folder that can be written to and has space"
    )


def _lines() -> TextIO:
    """Take standard output for these lines; what else is printed goes to standard error."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return lines


def _tell(lines: TextIO, kind: str, doing: str, error: str | None = None) -> None:
    print(json.dumps({"kind": kind, "doing": doing, "error": error}), file=lines, flush=True)


def train(kind: str, recipe: Recipe, tell: Callable[[str], None] = lambda doing: None) -> Path:
    """Train a model, judge it on patients that it has not seen, and keep it with what was found.

    Parameters
    ----------
    kind : {"svm", "forest", "cnn"}
    recipe : Recipe
    tell : callable
        Is told ``"waiting"`` while another process trains the same, ``"training"``,
        ``"judging"``, and ``"kept"``.

    Returns
    -------
    Path
        Of the bundle. One that is there, and whole, is left as it is.
    """
    path = recipe.path_of(kind)
    with _alone(path, tell):
        if not whole(path):
            tell("training")
            _made(kind, recipe, path, tell)
    tell("kept")
    return path


def whole(path: Path) -> bool:
    """Whether there is a bundle that can be opened."""
    from imgpipe.bundle import load_predictor

    try:
        load_predictor(path)
    except (InputError, OSError):
        return False
    return True


@contextmanager
def _alone(path: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Let no other process train the same model meanwhile; a lock ends with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a+b") as file:
        if not lock(file):
            tell("waiting")
            while not lock(file):
                time.sleep(_PAUSE)
        yield


def _made(kind: str, recipe: Recipe, path: Path, tell: Callable[[str], None]) -> None:
    from imgpipe import bundle, learn

    dataset = nodules(recipe)
    name = kind
    families: dict[str, Any] = {"families": recipe.families}
    if kind == "cnn":
        name, families = _network(recipe), {}
    trained = learn.fit(dataset, name, seed=recipe.seed, region="image", **families)
    tell("judging")
    card = bundle.make_card(trained, dataset, kind, seed=recipe.seed)
    found = bundle.score(bundle.Predictor(trained), dataset, least=1)
    accuracy = found.models[0].metrics["accuracy"]
    judged = dataset.take(dataset.positions("test"))
    card["held_out"] = {
        "value": accuracy.value,
        "low": accuracy.low,
        "high": accuracy.high,
        "images": len(judged),
        "patients": recipe.judged,
    }
    bundle.save(trained, path, card=card)


def _network(recipe: Recipe) -> str:
    """Give the network a name, for this process."""
    from imgpipe import learn
    from imgpipe.learn.networks import ConvNetClassifier

    def build(random_state: int | None = 0, n_jobs: int | None = None) -> Any:
        return ConvNetClassifier(
            "cnn", epochs=recipe.epochs, random_state=random_state, n_jobs=n_jobs, **NETWORK
        )

    name = "lab-cnn"
    if name not in learn.CLASSIFIERS:
        learn.register(name, learn.Builder(build, "the lab's CNN", raw_images=True))
    return name


@cache
def nodules(recipe: Recipe) -> "Dataset":
    """Nodules in Hounsfield units; each patient stands in one part of the split.

    Of each class each part has its share of patients.
    """
    import numpy as np

    from imgpipe.datasets import Dataset, synthetic_nodules
    from imgpipe.images import Image, Images

    made = synthetic_nodules(patients=recipe.patients, seed=recipe.seed)
    people = np.asarray(made.groups)
    parts: dict[str, str] = {}
    for label in range(len(made.classes)):
        own = sorted(set(people[made.labels == label].tolist()))
        ends = np.cumsum([recipe.train, recipe.watched]) * len(own) / recipe.patients
        places = np.searchsorted(np.round(ends), np.arange(len(own)), side="right")
        parts |= {
            who: ("train", "val", "test")[place] for who, place in zip(own, places, strict=True)
        }
    images = [Image(each.pixels, spacing=each.spacing, unit="HU") for each in made.images]
    return Dataset(
        made.name,
        Images(images, ids=made.ids),
        made.labels,
        made.classes,
        people,
        np.array([parts[who] for who in people.tolist()]),
        formats={"unit": ["HU"] * len(made)},
        source=made.source,
    )
