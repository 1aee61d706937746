"""Explanations under the worst mistakes."""

import base64
import io

import numpy as np
from PIL import Image

from imgpipe.evaluate import Comparison
from imgpipe.report.html import render
from imgpipe.report.page.pictures import overlay


def test_every_explained_mistake_shows_its_map(folds_run: Comparison) -> None:
    """The gallery has one picture for each map, and says how to read them."""
    text = render(folds_run)
    shown = sum(len(m.maps) for model in folds_run.models for m in model.mistakes[:8])
    assert shown > 0
    assert text.count('title="occlusion"') == shown
    assert "occlusion tells how the probability falls" in text


def test_orange_speaks_for_and_blue_against() -> None:
    """The overlay has the picture's size; where a map is zero the picture stays gray."""
    pixels = np.full((6, 9), 200, np.uint8)
    found = np.zeros((6, 9))
    found[:, :3], found[:, 6:] = 1, -1
    uri = overlay(pixels, found)
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))).astype(int)
    assert picture.shape == (6, 9, 3)
    red, _, blue = picture[3, 1]
    assert red > blue
    red, _, blue = picture[3, 7]
    assert blue > red
    assert len(set(picture[3, 4])) == 1
