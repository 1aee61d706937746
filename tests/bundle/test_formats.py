"""A file of every format is still read, and gives what it gave when it was written.

``python tests/bundle/test_formats.py`` writes the file of the present format, which is to be
written anew only as long as that format was in no release.
"""

from pathlib import Path

import numpy as np
import pytest

from imgpipe import bundle, datasets, learn
from imgpipe.bundle.archive.manifest import FORMAT_VERSION
from imgpipe.images import Images

FIXTURES = Path(__file__).parent / "fixtures"
FORMATS = sorted(FIXTURES.glob("format-*.imgpipe"))
NOTE = "A file of this format, for tests."


def write() -> None:
    """Write the fixture of the present format; beside it images, and what its model says of them.

    A machine of radial functions on intensity and histogram inside masks; the images are others
    than those of the training.
    """
    data = datasets.load("synthetic-nodules")
    trained = learn.fit(data, "svm", families=["intensity", "histogram"])
    path = FIXTURES / f"format-{FORMAT_VERSION}.imgpipe"
    bundle.save(trained, path, card=bundle.make_card(trained, data, "svm", seed=0, note=NOTE))
    images = datasets.synthetic_nodules(seed=7).images[[0, 1, 50, 51]]
    said = bundle.load(path).predict(images)
    np.savez_compressed(
        path.with_suffix(".npz"),
        pixels=images.pixels,
        masks=np.stack([image.mask for image in images]) != 0,
        predicted=np.array(said.predicted),
        probabilities=said.probabilities,
        ood_distance=said.ood_distance,
    )


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.stem)
def test_a_file_of_each_format_is_read(path: Path) -> None:
    """Its classes, probabilities and distances are those of the day it was written."""
    expected = np.load(path.with_suffix(".npz"))
    said = bundle.load(path).predict(Images(expected["pixels"], expected["masks"]))
    assert said.errors == ("",) * len(said)
    assert list(said.predicted) == expected["predicted"].tolist()
    assert np.allclose(said.probabilities, expected["probabilities"], rtol=0, atol=1e-9)
    assert said.ood_distance is not None
    assert np.allclose(said.ood_distance, expected["ood_distance"], rtol=1e-6)


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.stem)
def test_a_file_of_each_format_tests_itself(path: Path) -> None:
    """Its self-test passes here, and its card is shown."""
    found = bundle.inspect(path)
    assert found.selftest is not None
    assert found.ok, str(found.selftest)
    assert NOTE in str(found)


def test_the_present_format_has_its_file() -> None:
    """A new format comes with a file of it; each is small."""
    names = [path.name for path in FORMATS]
    assert names == [f"format-{n}.imgpipe" for n in range(1, FORMAT_VERSION + 1)]
    assert all(path.stat().st_size < 60_000 for path in FORMATS)


if __name__ == "__main__":
    write()
