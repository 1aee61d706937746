"""What takes long is seen first on larger pixels, without numbers."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from lab_images import lab_image

from imgpipe.images import Image
from imgpipe.lab.app.answering import Desk
from imgpipe.lab.app.messages import Head, Picture, Request
from imgpipe.lab.app.preview import Preview, preview_of, reduced
from imgpipe.lab.app.sources import Sources
from imgpipe.lab.app.workers import Work
from imgpipe.lab.chain import Chain, Memo
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.knobs import UNSCALED, catalogue, scaled

SIDE = 256
NLM = ("nlm", {"strength": 0.8, "patch": 5, "distance": 6})
MEDIAN = ("median", {"size": 3})


def slow(*names: str, side: int = SIDE) -> Memo:
    """A memo that remembers steps as slow."""
    return Memo(took=dict.fromkeys([(name, side**2) for name in names], 0.1))


def seen(chain: Chain, image: Image, memo: Memo) -> Preview:
    found = preview_of(chain, image, memo)
    assert found is not None
    assert found.image.spatial_shape == image.spatial_shape
    return found


def drawn(outline: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The mask inside lines."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(np.array(line)[:, ::-1]).astype(np.int32) for line in outline], 1)
    return mask.astype(bool)


@pytest.mark.parametrize("kind", ["bytes", "ct", "floats", "colours"])
@pytest.mark.parametrize("step", [NLM, ("tv", {"weight": 0.1})], ids=lambda step: step[0])
def test_a_picture_resembles_that_of_the_result(step: tuple[str, Any], kind: str) -> None:
    """What noise remains aside, values differ by few hundredths of their range; the dtype stays."""
    image = lab_image(kind, SIDE)
    chain = Chain.of([step, MEDIAN])
    preview = seen(chain, image, slow(step[0]))
    result = chain.apply(image).image
    assert preview.image.pixels.dtype == result.pixels.dtype
    assert preview.outline is None
    low, high = np.percentile(result.pixels, [0.5, 99.5])
    values = [each.pixels.astype(float).clip(low, high) for each in (preview.image, result)]
    assert np.abs(values[0] - values[1]).mean() < 0.04 * (high - low)


@pytest.mark.parametrize("name", ["cells", "active-contour", "chest-xray-lungs"])
@pytest.mark.parametrize("source", ["chest-ct", pytest.param("cells", marks=pytest.mark.full)])
def test_an_outline_resembles_that_of_the_result(name: str, source: str) -> None:
    """The picture is that of the result, since filters are quick; outlines hold the same pixels."""
    image = reduced(EXAMPLES[source].image(), 2)
    chain = Chain.of([MEDIAN], [name, {}])
    preview = seen(chain, image, slow(name))
    result = chain.apply(image)
    assert np.array_equal(preview.image.pixels, result.image.pixels)
    assert result.mask is not None
    mask = drawn(preview.outline, image.spatial_shape)
    both = np.count_nonzero(mask & result.mask)
    assert 2 * both > 0.9 * (np.count_nonzero(mask) + np.count_nonzero(result.mask))


def test_what_is_quick_or_kept_has_none() -> None:
    image = lab_image("ct", SIDE)
    assert preview_of(Chain.of([MEDIAN]), image, Memo()) is None
    memo = slow("tv")
    chain = Chain.of([("tv", {"weight": 0.2})])
    assert preview_of(chain, image, memo) is not None
    chain.apply(image, memo)
    assert preview_of(chain, image, memo) is None


def test_what_cannot_be_done_on_larger_pixels_has_none() -> None:
    image = lab_image("ct", SIDE)
    for name in ("sobel", "white_tophat"):
        assert preview_of(Chain.of([(name, {})]), image, slow(name)) is None
    tiny = lab_image("ct", 64)
    assert preview_of(Chain.of([NLM]), tiny, slow("nlm", side=64)) is None


def test_a_step_that_fails_has_none() -> None:
    """The result tells why."""
    chain = Chain.of([("n4", {}), ("gamma", {"gamma": 0.5})])
    assert preview_of(chain, lab_image("ct", SIDE), slow("n4")) is None


def test_settings_in_pixels_are_made_smaller_and_others_stay() -> None:
    assert scaled("nlm", {"strength": 0.8, "patch": 5, "distance": 6}, 2) == {
        "strength": 0.8, "patch": 3, "distance": 3,
    }  # fmt: skip
    assert scaled("local", {"block": 51}, 4) == {"block": 13}
    assert scaled("gaussian", {"sigma": 3.0}, 2) == {"sigma": 1.5}
    assert scaled("gaussian", {"sigma": 3.0, "order": 1}, 2) is None
    assert scaled("of another package", {}, 2) is None
    for step in catalogue():
        settings = {each["name"]: each["default"] for each in step["settings"]}
        found = scaled(step["name"], settings, 2)
        assert (found is None) == (step["name"] in UNSCALED)


def asked(request: Request, newer_after: str = "") -> list[Head]:
    """What a desk sends; a newer request comes behind a message of that kind."""
    work = Work("a page", lambda work: None)
    told: list[Head] = []

    def send(head: Head, pictures: Sequence[Picture]) -> None:
        if head["kind"] != "picture":  # which comes where measuring takes long
            told.append(head)
        assert len(pictures) == 1
        if head["kind"] == newer_after:
            work.stale.set()

    Desk(Sources(), pytest.fail).answer(request, work, send)
    return told


def test_a_preview_comes_before_the_result_and_has_no_numbers() -> None:
    preview, result = asked(Request(5, "chart", filters=(("tv", {"weight": 0.1}),)))
    assert [preview["kind"], result["kind"]] == ["preview", "result"]
    assert preview["seq"] == result["seq"] == 5
    assert preview["shape"] == result["shape"]
    assert not {"numbers", "python", "commands", "range"} & set(preview)
    assert preview["ms"] < result["ms"]
    assert [head["kind"] for head in asked(Request(6, "chart", filters=(MEDIAN,)))] == ["result"]


def test_a_newer_request_comes_before_the_result_of_an_older() -> None:
    """When it is there once the preview is sent, the result is not begun."""
    told = asked(Request(5, "chart", filters=(NLM,)), newer_after="preview")
    assert [head["kind"] for head in told] == ["preview"]
