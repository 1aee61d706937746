"""A model of dark and bright images, and listeners with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pynetdicom", reason="needs pynetdicom: pip install 'imgpipe[serve]'")

from listen_peers import Running, image, listening

from imgpipe import bundle, learn
from imgpipe.datasets import Dataset
from imgpipe.serve.listening import Listener


@pytest.fixture(scope="session")
def of_levels() -> learn.TrainedModel:
    """A forest of the mean levels."""
    images = np.stack([image(n).pixel_array for n in range(24)])
    data = Dataset("levels", images, np.arange(24) % 2, ("dark", "bright"))
    return learn.fit(data, "forest", families="intensity")


@pytest.fixture(scope="session")
def levels(of_levels: learn.TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a bundle."""
    path = tmp_path_factory.mktemp("model") / "levels.imgpipe"
    bundle.save(of_levels, path)
    return path


@pytest.fixture(scope="module")
def run(levels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A listener in a process of its own, which tests share."""
    folder = tmp_path_factory.mktemp("process") / "in"
    with listening(levels, folder, "--results", "json") as running:
        yield running


@pytest.fixture
def listen(levels: Path, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    """Start listeners in this process, in folders of the test's own."""
    with ExitStack() as started:

        def start(folder: str = "in", **how: Any) -> Listener:
            listener = Listener(levels, tmp_path / folder, **{"port": 0, **how})
            return started.enter_context(listener)

        yield start
