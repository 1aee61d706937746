"""Images for tests of the lab: 8 bits, a slice in HU, floats and colours."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from imgpipe.datasets import chest_ct
from imgpipe.images import Image

KINDS = ("bytes", "ct", "floats")
SIDE = 512


@cache
def lab_image(kind: str, side: int = SIDE) -> Image:
    """A slice of the chest that the package makes, `side` pixels high and wide, in one dtype."""
    made, _ = chest_ct(seed=1, spacing=(0.7, 0.7), height=0.0)
    pixels = np.full((SIDE, made.shape[1]), -1000, np.int16)
    pixels[40 : 40 + made.shape[0]] = made.pixels
    first = (pixels.shape[1] - SIDE) // 2
    pixels = np.ascontiguousarray(pixels[:, first : first + SIDE][:: SIDE // side, :: SIDE // side])
    pixels.setflags(write=False)
    ct = replace(made, pixels=pixels, mask=None, id="slice", spacing=(0.7 * SIDE / side,) * 2)
    shares = np.clip((pixels + 1000.0) / 1500, 0, 1)
    return {
        "ct": ct,
        "bytes": Image((255 * shares).astype(np.uint8)),
        "floats": Image(shares.astype(np.float32), spacing=(1.0, 1.0)),
        "colours": Image(
            (np.stack([shares, shares**2, 1 - shares], axis=-1) * 255).astype(np.uint8),
            channel_axis=-1,
        ),
    }[kind]


def defaults(step: dict[str, Any]) -> dict[str, Any]:
    """The settings with which the page begins."""
    return {
        each["name"]: each["default"] for each in step["settings"] if each["default"] is not None
    }


def ends(step: dict[str, Any]) -> list[dict[str, Any]]:
    """Settings as the page begins, then each at either end of its range, or at each choice."""
    made = [defaults(step)]
    for each in step["settings"]:
        if each["kind"] == "choice":
            values = [choice["value"] for choice in each["choices"]]
        else:
            values = [False, True] if each["kind"] == "flag" else [each["low"], each["high"]]
        usual = defaults(step)
        if step["name"] == "window" and each["name"] in ("center", "width"):
            usual = {"center": 40.0, "width": 400.0}
        made += [{**usual, each["name"]: value} for value in values]
    return made


def pairs_of(step: dict[str, Any], settings: dict[str, Any]) -> tuple[list[Any], Any]:
    """Filters and segmentation of a chain of this step alone, as the page sends them."""
    pair = [step["name"], settings]
    return ([], pair) if step["group"] == "segmentation" else ([pair], None)
