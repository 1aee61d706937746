"""Pictures in the page are small, and pages stay light."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imgpipe.evaluate import Comparison
from imgpipe.report.html import render
from imgpipe.report.page.pictures import light_uri

_MOST = 5_000_000  # bytes of a page


def decoded(uri: str) -> tuple[np.ndarray, str]:
    kind, content = uri.split(";base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))), kind


@pytest.mark.parametrize("shape", [(96, 96), (96, 64, 3)])
def test_a_smooth_picture_is_a_jpeg_close_to_it(shape: tuple[int, ...]) -> None:
    """Gray or colour, as it was given, a few gray values apart."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, shape[1])[None, :, *([None] * (len(shape) - 2))]
    pixels = (ramp + rng.normal(20, 4, shape)).clip(0, 255).astype(np.uint8)
    found, kind = decoded(light_uri(pixels))
    assert kind == "data:image/jpeg"
    assert found.shape == pixels.shape
    assert np.abs(found.astype(int) - pixels).mean() < 5


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).integers(0, 255, (48, 30, 3), np.uint8),
        np.full((96, 96), 7, np.uint8),
    ],
    ids=["few pixels", "one gray"],
)
def test_what_a_png_holds_better_stays_exact(pixels: np.ndarray) -> None:
    found, kind = decoded(light_uri(pixels))
    assert kind == "data:image/png"
    assert np.array_equal(found, pixels)


def test_a_page_full_of_pictures_stays_below_five_megabytes(folds_run: Comparison) -> None:
    """Ten models, each with as many mistakes, all of noise and with two maps, in colour."""
    rng = np.random.default_rng(0)
    model = folds_run.models[0]
    mistakes = tuple(
        replace(
            model.mistakes[0],
            image=rng.integers(0, 255, (96, 96, 3), np.uint8),
            maps=(("occlusion", rng.random((96, 96))), ("Grad-CAM", rng.random((96, 96)))),
        )
        for _ in range(12)
    )
    models = tuple(replace(model, name=f"model {k}", mistakes=mistakes) for k in range(10))
    # the board ranks by name, and pairs are told of by name
    page = render(replace(folds_run, models=models, pairs=(), spreads=(), look_alikes=None))
    assert 1_000_000 < len(page.encode()) < _MOST
