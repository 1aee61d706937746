"""Files of every format are still read, and give what they gave when they were written.

``python tests/bundle/test_formats.py`` writes those of the present format, which are to be
written anew only as long as that format was in no release.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgpipe import bundle, datasets, learn
from imgpipe.bundle.archive.manifest import FORMAT_VERSION
from imgpipe.datasets import Dataset
from imgpipe.images import Images
from imgpipe.learn.novelty.training import novelty_of

FIXTURES = Path(__file__).parent / "fixtures"
FILES = sorted(FIXTURES.glob("format-*.imgpipe"))
KINDS = ("cases", "forest", "knn", "network", "svm")
NOTE = "A file of this format, for tests."
FAMILIES = ["intensity", "histogram"]
MOST_BYTES = 250_000


def write() -> None:
    """Write the fixtures of the present format; beside them images, and what each says of these.

    They look inside masks, but for the network; the images are others than those of the training.
    """
    images = datasets.synthetic_nodules(seed=7).images[[0, 1, 50, 51]]
    told = {"pixels": images.pixels, "masks": np.stack([each.mask for each in images]) != 0}
    for kind, model, data in trained():
        path = FIXTURES / f"format-{FORMAT_VERSION}-{kind}.imgpipe"
        bundle.save(model, path, card=bundle.make_card(model, data, kind, seed=0, note=NOTE))
        said = bundle.load(path).predict(images)
        told[f"{kind}.predicted"] = np.array(said.predicted)
        told[f"{kind}.probabilities"] = said.probabilities
        told[f"{kind}.distances"] = said.ood_distance
    np.savez_compressed(FIXTURES / f"format-{FORMAT_VERSION}.npz", **told)


def trained() -> Iterator[tuple[str, learn.TrainedModel, Dataset]]:
    """Small models: one of each kind of fitted part, and one that keeps training images."""
    every = datasets.load("synthetic-nodules")
    data = every.take(np.arange(0, len(every), 4))
    yield "svm", learn.fit(data, "svm", families=FAMILIES), data
    yield "knn", learn.fit(data, "knn", families=FAMILIES), data
    yield "cases", learn.fit(data, "logistic", families=FAMILIES, cases="features"), data
    base = learn.fit(data, "dummy", families=FAMILIES)
    trees = learn.make_pipeline("forest", families=FAMILIES)
    inside = datasets.in_region(data).images
    trees.set_params(classify__n_estimators=12).fit(inside, data.labels)
    yield "forest", replace(base, pipeline=trees), data
    network = learn.make_pipeline("cnn").set_params(
        classify__filters=(4, 6), classify__dense=6, classify__epochs=3, classify__patience=None
    )
    network.fit(data.images, data.labels)
    novelty = novelty_of(None, data, base.trained_on or (), None)
    of_pixels = replace(base, pipeline=network, novelty=novelty, summary=None, region="image")
    yield "network", of_pixels, data


def expected_of(path: Path) -> tuple[Images, dict[str, np.ndarray]]:
    """Images that lie beside a file, and what it said of them."""
    stem, kind = path.stem.rsplit("-", 1)
    with np.load(path.with_name(f"{stem}.npz")) as told:
        images = Images(told["pixels"], told["masks"])
        names = ("predicted", "probabilities", "distances")
        return images, {name: told[f"{kind}.{name}"] for name in names}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_each_format_is_read(path: Path) -> None:
    """Its classes, probabilities and distances are those of the day it was written."""
    images, expected = expected_of(path)
    said = bundle.load(path).predict(images)
    assert said.errors == ("",) * len(said)
    assert list(said.predicted) == expected["predicted"].tolist()
    rounding = 1e-5 if "network" in path.stem else 1e-9
    assert np.allclose(said.probabilities, expected["probabilities"], rtol=0, atol=rounding)
    assert said.ood_distance is not None
    assert np.allclose(said.ood_distance, expected["distances"], rtol=1e-6)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_each_format_tests_itself(path: Path) -> None:
    """Its self-test passes here, and its card is shown."""
    found = bundle.inspect(path)
    assert found.selftest is not None
    assert found.ok, str(found.selftest)
    assert found.selftest.distances is not None
    assert NOTE in str(found)


@pytest.mark.parametrize("path", [*FIXTURES.glob("format-*-cases.imgpipe")], ids=lambda p: p.stem)
def test_a_file_of_each_format_has_its_cases(path: Path) -> None:
    """Training images that a file keeps are there, with their names, labels and features."""
    cases = bundle.load(path).model.cases
    assert cases is not None
    assert len(cases) == len(set(cases.ids)) == cases.of > 20
    assert set(cases.labels.tolist()) == {0, 1}
    assert np.isfinite(cases.features).all()


def test_the_present_format_has_its_files() -> None:
    """A new format comes with a file of each kind; all of a format are small."""
    versions = range(1, FORMAT_VERSION + 1)
    wanted = [f"format-{n}-{kind}.imgpipe" for n in versions for kind in KINDS]
    assert [path.name for path in FILES] == wanted
    for n in versions:
        sizes = [path.stat().st_size for path in FIXTURES.glob(f"format-{n}*")]
        assert sum(sizes) < MOST_BYTES


if __name__ == "__main__":
    write()
