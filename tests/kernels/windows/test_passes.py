"""Lines of a filter: the longest axis is moved to the end where the last one is short."""

import numpy as np
import pytest

from imgpipe.kernels.windows.passes import long_lines, transposed
from imgpipe.kernels.windows.window import Window, window_of

SEEN: list[tuple[tuple[int, ...], Window, str]] = []


def build(shape, window, word):
    """Return a filter that adds the place of each pixel, and note what it is built for."""
    SEEN.append((shape, window, word))

    def run(image, out):
        assert image.shape == out.shape == shape
        assert image.flags.c_contiguous
        assert out.flags.c_contiguous
        np.add(image, np.arange(image.size).reshape(shape), out=out)
        return True

    return run


@pytest.mark.parametrize(
    ("shape", "sizes", "order"),
    [
        ((40, 30, 3), (2, 3, 4), (1, 2, 0)),
        ((30, 40, 3), (2, 3, 4), (0, 2, 1)),
        ((9, 15), (2, 3), (0, 1)),
        ((64, 16), (2, 3), (0, 1)),
        ((3,), (2,), (0,)),
        ((2, 6, 3, 3), (2, 3, 4, 5), (0, 2, 3, 1)),
        # a stack of images, however long: the axis that is not filtered stays in front
        ((40, 9, 3), (1, 3, 2), (0, 2, 1)),
        ((40, 3, 3), (1, 3, 2), (0, 1, 2)),
    ],
)
def test_the_longest_filtered_axis_ends_up_last_where_lines_are_short(shape, sizes, order):
    """The filter is built for the turned shape and window; its result is turned back."""
    window = window_of(len(shape), sizes, 0, "nearest", None)
    SEEN.clear()
    image, out = np.zeros(shape, np.int64), np.empty(shape, np.int64)
    assert long_lines(build, shape, window, "word")(image, out)
    (turned, seen, word), *others = SEEN
    assert not others
    assert word == "word"
    assert turned == tuple(shape[a] for a in order)
    assert seen.sizes == tuple(window.sizes[a] for a in order)
    expected = np.arange(image.size).reshape(turned).transpose(np.argsort(order))
    np.testing.assert_array_equal(out, expected)


def test_a_window_turned_twice_knows_the_axes_of_the_image():
    """Values given per axis of the image find their axis after any number of turns."""
    window = window_of(3, (2, 3, 5), 0, "nearest", None).reordered((1, 2, 0)).reordered((2, 1, 0))
    assert window.sizes == (2, 5, 3)
    assert window.ordered((2, 3, 5)) == [2, 5, 3]


def test_the_output_keeps_its_dtype():
    """A filter that writes another dtype than it reads does so in any order of axes."""

    def halve(image, out):
        np.divide(image, 2, out=out)
        return False

    out = np.empty((2, 3), np.float64)
    assert not transposed((1, 0), halve)(np.arange(6, dtype=np.uint8).reshape(2, 3), out)
    np.testing.assert_array_equal(out, np.arange(6).reshape(2, 3) / 2)
