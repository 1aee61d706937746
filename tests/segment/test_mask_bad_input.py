"""Masks, labels and spacings at the limits of their dtype: a value or an error, never a warning."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.segment import (
    active_contour,
    average_precision,
    dice,
    hausdorff,
    measure,
    surface_distance,
    volume_difference,
)

A, B = np.zeros((2, 9, 9), bool)
A[2:6, 2:7] = B[3:7, 2:7] = True


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("mask", [A.astype(np.float16), A * np.uint16(65535), A.astype(">f8")])
def test_any_dtype_is_measured_alike(mask: np.ndarray) -> None:
    """Half precision and byte order make no difference."""
    assert measure(mask, B) == measure(A, B)


@pytest.mark.parametrize("mask", [A * np.uint64(2**64 - 1), A * 1e300, -1e300 * A])
def test_labels_beyond_integers(mask: np.ndarray) -> None:
    """Any value is inside of a mask; as a label it must fit into 64 bits."""
    assert dice(mask, B) == dice(A, B)
    with pytest.raises(InputError, match="64 bits"):
        measure(mask, B)
    for call in (lambda: dice(A, B, label=2**70), lambda: measure(A, B, labels=[-(2**70)])):
        with pytest.raises(InputError, match="64 bits"):
            call()


def test_settings_that_are_no_list_or_number() -> None:
    """One label is no list; a number in an array is one."""
    with pytest.raises(InputError, match="labels=5"):
        measure(A, B, labels=5)  # type: ignore[arg-type]
    assert average_precision(A.astype(int), B.astype(int), np.array(0.5)) == 1


@pytest.mark.parametrize("function", [hausdorff, surface_distance, volume_difference, measure])
@pytest.mark.parametrize("length", [1e300, 1e-300])
def test_spacing_of_no_pixel(function: Callable[..., Any], length: float) -> None:
    """Distances and volumes would not be numbers."""
    with pytest.raises(InputError, match="spacing"):
        function(A, B, (length, length))


def test_masked_arrays() -> None:
    """What NumPy masks would count."""
    masked = np.ma.array(A, mask=B)
    for call in (
        lambda: dice(masked, B),
        lambda: average_precision(B.astype(int), masked.astype(int)),
        lambda: active_contour(A * 1.0, init=masked),
        lambda: Image(A * 1.0, mask=masked),
    ):
        with pytest.raises(InputError, match="masked values"):
            call()


def test_active_contour_of_any_start_and_spacing() -> None:
    """A start in half precision is that in full; pixels of no size are refused."""
    image, start = A * 1.0, B - 0.5
    half = active_contour(image, start.astype(np.float16), iterations=2)
    full = active_contour(image, start, iterations=2)
    np.testing.assert_array_equal(half.level_set, full.level_set)
    with pytest.raises(InputError, match="spacing"):
        active_contour(Image(image, spacing=(1e-300, 1.0)), iterations=2)


def test_images_bring_their_spacing() -> None:
    """What an `Image` knows is not dropped; where two know different things, neither is taken."""
    fine, coarse = (Image(A.astype(np.uint8), spacing=(s, s)) for s in (0.5, 2.0))
    for function in (hausdorff, surface_distance, measure):
        assert function(fine, B) == function(A, B, (0.5, 0.5)) == function(B, fine)
        assert function(fine, fine, (2.0, 1.0)) == function(A, A, (2.0, 1.0))
        with pytest.raises(InputError, match="spacings"):
            function(fine, coarse)
    full = np.ones_like(A)
    assert volume_difference(full, fine) == volume_difference(full, A, (0.5, 0.5))
