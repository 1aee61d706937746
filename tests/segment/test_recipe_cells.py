"""The recipe of cells: on discs that are known, and on real nuclei."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.images import Image
from imgpipe.segment import average_precision, dice, recipe

pytestmark = pytest.mark.jit  # distances of whole images are smoothed: as plain Python, a minute


def discs(
    places: list[tuple[int, ...]], radius: float, shape: tuple[int, ...], levels: Any = 180
) -> tuple[np.ndarray, np.ndarray]:
    """Discs or balls on dark noise, and their labels; the later one of two that overlap on top."""
    rng = np.random.default_rng(5)
    image, labels = rng.normal(12, 2, shape), np.zeros(shape, np.int32)
    levels = np.broadcast_to(levels, len(places))
    for k, (place, level) in enumerate(zip(places, levels, strict=True), 1):
        far = sum((x - at) ** 2 for x, at in zip(np.indices(shape), place, strict=True))
        image[far <= radius**2] = level + rng.normal(0, 4, int((far <= radius**2).sum()))
        labels[far <= radius**2] = k
    return image.clip(0, 255).astype(np.uint8), labels


def test_discs_are_counted_and_outlined() -> None:
    """Those that touch are told apart, faint ones are as wide as bright ones."""
    places = [(20, 20), (20, 39), (60, 20), (60, 60), (90, 98), (30, 90)]
    image, truth = discs(places, 10, (110, 120), (180, 180, 90, 240, 70, 120))
    found = recipe("cells")(image)
    assert found.max() == len(places)
    assert average_precision(found, truth) == 1
    assert dice(found > 0, truth > 0) > 0.99


def test_balls_are_counted_in_a_volume() -> None:
    """Slices twice as far apart as pixels; balls that touch are told apart."""
    far, truth = discs([(12, 14, 14), (12, 14, 29), (30, 14, 20)], 8, (44, 28, 44))
    found = recipe("cells")(Image(far[::2], spacing=(2, 1, 1)))
    assert found.max() == 3
    assert average_precision(found, truth[::2]) == 1


def test_crumbs_are_left_out() -> None:
    """What is far smaller than most is no cell; with min_size=0 it stays."""
    image, _ = discs([(20, 20), (20, 60), (60, 20)], 10, (80, 80))
    image[60:62, 60:62] = 180
    assert recipe("cells")(image).max() == 3
    assert recipe("cells")(image, min_size=0).max() == 4


def test_the_level_moves_the_edge() -> None:
    """Of a blurred disc, more is found at a lower level."""
    y, x = np.mgrid[:40, :40]
    image = 200 / (1 + np.exp((np.hypot(y - 20, x - 20) - 10) / 2))
    areas = [np.count_nonzero(recipe("cells")(image, level=k)) for k in (0.3, 0.5, 0.7)]
    assert areas[0] > areas[1] > areas[2] > 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"level": 1}, "level=1 must be"),
        ({"level": "half"}, "level='half' must be"),
        ({"min_size": -0.1}, "min_size=-0.1 must be"),
        ({"min_size": True}, "min_size=True must be"),
        ({"spacing": (1, 1, 1)}, "spacing has 3 values"),
    ],
)
def test_settings_out_of_range(settings: dict[str, Any], said: str) -> None:
    """The error names the setting and what would do."""
    with pytest.raises(InputError, match=said):
        recipe("cells")(np.eye(9), **settings)


@pytest.mark.data
@pytest.mark.full  # beside all of the images, which `make bench-segment` scores
def test_nuclei(shared_data: Path) -> None:
    """On six images of the choice it is far better than Otsu's threshold, as on all."""
    with np.load(shared_data / "nuclei" / "dsb2018_nuclei_256.npz") as archive:
        images, truths = archive["images"][5:95:15], archive["labels"][5:95:15].astype(np.int32)
    made = [recipe("cells")(image) for image in images]
    pairs = list(zip(made, truths, strict=True))
    assert np.mean([dice(found > 0, truth > 0) for found, truth in pairs]) > 0.9
    assert np.mean([average_precision(found, truth) for found, truth in pairs]) > 0.75
