"""A chain of the lab does what its steps do, one after another, and each once."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from lab_images import lab_image

from imgpipe import InputError, enhance, kernels, segment
from imgpipe.images import Image, luminance
from imgpipe.lab.chain import Chain, Memo, Step, StepRefused
from imgpipe.segment.choosing import Finder

SMALL = 64
FILTERS = [
    ["median", {"size": 5}],
    ["window", {"preset": "mediastinum"}],
    ["gaussian", {"sigma": 1}],
]


@pytest.fixture
def counted() -> Iterator[list[int]]:
    """A kernel that remembers what it was called with."""
    calls: list[int] = []

    def shifted(image: np.ndarray, by: int = 1, *, axes: Any = None) -> np.ndarray:
        calls.append(by)
        return image + np.array(by, image.dtype)

    kernels.register("shifted", shifted)
    yield calls
    del kernels.KERNELS["shifted"]


def test_steps_follow_one_another() -> None:
    """What comes out is what kernels, enhancements and a segmenter make when called by hand."""
    image = lab_image("ct", SMALL)
    made = Chain.of(FILTERS, ["otsu", {}]).apply(image)
    pixels = enhance.window(kernels.median(image.pixels, 5), "mediastinum")
    pixels = kernels.gaussian(pixels, 1)
    assert np.array_equal(made.image.pixels, pixels)
    assert made.image.spacing == image.spacing
    assert made.labels is None
    assert np.array_equal(made.mask, segment.threshold(pixels))


def test_no_step_changes_nothing() -> None:
    image = lab_image("ct", SMALL)
    made = Chain.of().apply(image)
    assert made.image is image
    assert made.mask is None


def test_colours_are_filtered_one_by_one_and_segmented_in_gray() -> None:
    image = lab_image("colours", SMALL)
    made = Chain.of([["erosion", {"size": 3}]], ["otsu", {}]).apply(image)
    eroded = [kernels.erosion(channel, 3) for channel in np.moveaxis(image.pixels, -1, 0)]
    assert np.array_equal(np.moveaxis(made.image.pixels, -1, 0), eroded)
    assert made.image.channel_axis == -1
    assert np.array_equal(made.mask, segment.threshold(luminance(made.image.pixels)))


def test_labels_are_told_apart() -> None:
    """Where a segmentation tells objects or classes apart, any of them is inside."""
    made = Chain.of([], ["multi-otsu", {"classes": 4}]).apply(lab_image("bytes", SMALL))
    assert sorted(np.unique(made.labels)) == [0, 1, 2, 3]
    assert np.array_equal(made.mask, made.labels > 0)


def test_a_chain_goes_through_json() -> None:
    """What JSON makes of tuples and numbers means the same; null is not given."""
    given = [[["mean", {"size": [3, 5]}], ["convolve", {"weights": [[0, 1.5], [2, 0]]}],
              ["nlm", {"sigma": None}]], ["local", {"block": 31}]]  # fmt: skip
    chain = Chain.of(*json.loads(json.dumps(given)))
    assert chain.filters[0] == Step("mean", {"size": (3, 5)})
    assert chain.filters[2] == Step("nlm", {})
    again = [[[step.name, dict(step.settings)] for step in chain.filters],
             [chain.segment.name, dict(chain.segment.settings)]]  # fmt: skip
    assert Chain.of(*json.loads(json.dumps(again))) == chain


@pytest.mark.parametrize(
    ("filters", "segmentation", "place", "words"),
    [
        ([["medain", {}]], None, 0, "(did you mean median?)"),
        ([["mean", {}], ["median", {"sigma": 1}]], None, 1, "median takes no setting 'sigma'"),
        ([["mean", {}], ["gaussian", {}]], None, 1, "gaussian needs sigma"),
        ([["gaussian", {"sigma": -1}]], None, 0, "sigma"),
        ([["gaussian", {"sigma": 1e9}]], None, 0, "at most 1001 pixels"),
        ([["median", {"size": 10**7}]], None, 0, "at most 1001 pixels"),
        ([["median", {"size": "3"}]], None, 0, "median"),
        ([["median", {"size": [3, 3, 3]}]], None, 0, "size"),
        ([["median", {"mode": "mirrored"}]], None, 0, "mode"),
        ([["sobel", {"axis": 5}]], None, 0, "axis"),
        ([["clahe", {"clip": 2}]], None, 0, "clip=2"),
        ([["window", {"preset": "lung", "center": 1, "width": 2}]], None, 0, "window"),
        ([["mean", {}]], ["otsy", {}], 1, "did you mean otsu?"),
        ([["mean", {}]], ["local", {"block": 4}], 1, "block=4"),
        ([], ["fixed", {}], 0, "fixed needs value"),
        ([], ["watershed", {}], 0, "watershed needs markers in each image"),
        ([], ["active-contour", {"mu": "a"}], 0, "mu='a'"),
        ([["mean"]], None, 0, "a name with its settings"),
        ([["mean", [3]]], None, 0, "a name with its settings"),
        ([5], None, 0, "a name with its settings"),
        ([], [5, {}], 0, "a name with its settings"),
    ],
)
def test_steps_that_cannot_be(filters: Any, segmentation: Any, place: int, words: str) -> None:
    """Refused before any image is there, in one line, with the place of the step."""
    with pytest.raises(StepRefused) as refused:
        Chain.of(filters, segmentation)
    assert refused.value.step == place
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_chain_is_a_list() -> None:
    with pytest.raises(InputError, match="give a list of pairs"):
        Chain.of("median")


def test_a_step_that_fails_on_an_image_is_named() -> None:
    """The error says which step it was, and what would do."""
    chain = Chain.of([["median", {}], ["gamma", {"gamma": 0.5}]])
    with pytest.raises(StepRefused, match="put window or percentile before it") as refused:
        chain.apply(lab_image("ct", SMALL))
    assert refused.value.step == 1
    with pytest.raises(StepRefused, match="lungs are found in Hounsfield units") as refused:
        Chain.of([["mean", {}]], ["lungs", {}]).apply(lab_image("bytes", SMALL))
    assert refused.value.step == 1
    half = Image(np.zeros((4, 4), np.float16))
    with pytest.raises(StepRefused, match="float16"):
        Chain.of([["median", {}]]).apply(half)


@pytest.mark.parametrize("step", [["resize", {"size": 16384}], ["resample", {"spacing": 0.001}]])
def test_an_image_that_would_be_huge_is_not_made(step: Any) -> None:
    with pytest.raises(StepRefused, match="pixels; at most"):
        Chain.of([step]).apply(lab_image("ct", SMALL))


def test_a_window_in_hounsfield_units_is_noted() -> None:
    """Where the unit of values is not known, a note says so; in HU there is none."""
    chain = Chain.of([["window", {"preset": "lung"}]])
    assert "Hounsfield units" in chain.apply(lab_image("bytes", SMALL)).notes[0]
    assert chain.apply(lab_image("ct", SMALL)).notes == ()


def test_the_last_slider_moves_the_last_step_only(counted: list[int]) -> None:
    """What the steps before it made is kept, and so is all that was made lately."""
    image, memo = lab_image("ct", SMALL), Memo()

    def move(*by: int) -> list[int]:
        counted.clear()
        Chain.of([["shifted", {"by": n}] for n in by]).apply(image, memo)
        return list(counted)

    assert move(1, 2, 3) == [1, 2, 3]
    assert move(1, 2, 4) == [4]
    assert move(1, 5, 4) == [5, 4]
    assert move(1, 2, 3) == []
    assert move(1, 2) == []
    assert move(9, 2, 3) == [9, 2, 3]


def test_the_segmentation_is_kept_too(counted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    real = Finder.labels

    def noted(self: Finder, image: Image) -> np.ndarray:
        if image.pixels.size > 1:  # settings are tried on one pixel
            found.append(self.name)
        return real(self, image)

    monkeypatch.setattr(Finder, "labels", noted)
    image, memo = lab_image("ct", SMALL), Memo()
    for segmentation in (["otsu", {}], ["fixed", {"value": 0}], ["otsu", {}]):
        Chain.of([["shifted", {}]], segmentation).apply(image, memo)
    assert (counted, found) == ([1], ["otsu", "fixed"])


def test_other_images_have_other_results(counted: list[int]) -> None:
    memo, chain = Memo(), Chain.of([["shifted", {"by": 1}]])
    for value in (3, 4):
        made = chain.apply(Image(np.full((2, 2), value, np.uint8)), memo)
        assert made.image.pixels[0, 0] == value + 1
    assert len(counted) == 2


@pytest.mark.parametrize("memo", [Memo(keep=2), Memo(size=2 * 64 * 64 * 2), Memo(keep=0)])
def test_what_was_not_asked_for_goes_first(memo: Memo, counted: list[int]) -> None:
    """A memo of two results holds the two that were used last, and at least one."""
    image = lab_image("ct", SMALL)
    for n in (1, 2, 1, 3, 1):
        Chain.of([["shifted", {"by": n}]]).apply(image, memo)
    assert counted in ([1, 2, 3], [1, 2, 1, 3, 1])
    assert (memo.get(image, "nothing"), len(counted)) in ((None, 3), (None, 5))


def test_a_contour_evolves_to_the_mask() -> None:
    """Frames fall in energy; what the last one surrounds is the result, which is not found anew."""
    image, memo = lab_image("ct", SMALL), Memo()
    chain = Chain.of([["median", {"size": 3}]], ["active-contour", {"mu": 0.1}])
    assert chain.evolves
    frames = list(chain.contours(image, memo))
    assert [frame.iteration for frame in frames] == list(range(1, len(frames) + 1))
    assert all(b.energy <= a.energy for a, b in pairwise(frames))
    assert chain.apply(image, memo).mask is frames[-1].mask
    assert np.array_equal(chain.apply(image).mask, frames[-1].mask)
    some = [frame.iteration for frame in chain.contours(image, every=7)]
    assert some[:-1] == list(range(7, len(frames), 7))
    assert some[-1] == len(frames)


def test_a_contour_that_nobody_watches_to_its_end_is_not_taken_for_the_result() -> None:
    image, memo = lab_image("ct", SMALL), Memo()
    chain = Chain.of([], ["active-contour", {}])
    first = next(chain.contours(image, memo))
    assert not np.array_equal(chain.apply(image, memo).mask, first.mask)


@pytest.mark.parametrize("segmentation", [None, ["otsu", {}]])
def test_only_one_method_has_a_contour(segmentation: Any) -> None:
    chain = Chain.of([], segmentation)
    assert not chain.evolves
    with pytest.raises(InputError, match="only active-contour"):
        next(chain.contours(lab_image("ct", SMALL)))


def test_a_contour_in_colours_is_one_in_gray() -> None:
    image = lab_image("colours", SMALL)
    chain = Chain.of([], ["active-contour", {}])
    assert np.array_equal([*chain.contours(image)][-1].mask, chain.apply(image).mask)
