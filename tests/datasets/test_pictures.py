"""Pictures to try filters on: what they show lies where their truth says."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import cells, chest_ct, filter_chart, stained_tissue


def test_a_seed_is_a_picture() -> None:
    """The same seed gives the same pixels, another seed others."""
    for make in (lambda seed: cells(seed).image, filter_chart, stained_tissue):
        first, again, other = (make(seed).pixels for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert (first != other).mean() > 0.3
        assert first.dtype == np.uint8


def test_nuclei_lie_where_their_numbers_say() -> None:
    """Nuclei are brighter than what is round them, of a nucleus' size, and some touch."""
    image, labels = cells(3)
    numbers, areas = np.unique(labels[labels > 0], return_counts=True)
    assert len(numbers) > 40
    assert np.median(areas) == pytest.approx(np.pi * 17.5**2, rel=0.25)
    assert image.pixels[labels > 0].mean() > image.pixels[labels == 0].mean() + 50
    beside = (labels[:, 1:] != labels[:, :-1]) & (labels[:, 1:] > 0) & (labels[:, :-1] > 0)
    assert beside.any()


def test_the_chart_without_noise() -> None:
    """Edges are as high and lines as wide as it says; impulses are in the right half only."""
    chart = filter_chart(noise=0).pixels
    assert [int(chart[row, 250]) - int(chart[row, 0]) for row in (5, 100, 200)] == [20, 40, 80]
    clean = np.median(chart[20:116, 256:], axis=0) > 100
    starts = np.flatnonzero(np.diff(np.concatenate([[0], clean, [0]]).astype(int)))
    assert (starts[1::2] - starts[::2]).tolist() == [1, 2, 3, 5, 8, 12]
    assert not np.isin(chart[:, :256], (0, 255)).any()
    assert np.isin(chart[:, 256:], (0, 255)).mean() == pytest.approx(0.02, abs=0.003)


def test_the_field_of_a_chest() -> None:
    """A wider field shows the same chest with more air round it."""
    usual = chest_ct(2, spacing=(4, 4), height=0).lungs
    wide = chest_ct(2, spacing=(4, 4), height=0, field=(400, 480)).lungs
    assert wide.shape == (100, 120)
    assert abs(int(wide.sum()) - int(usual.sum())) < 0.01 * usual.sum()


def test_what_cannot_be_is_refused() -> None:
    """Noise below nothing and a field without width are told."""
    with pytest.raises(InputError, match="noise=-1; a number of gray levels"):
        filter_chart(noise=-1)
    with pytest.raises(InputError, match="two lengths from 50 to 1000 mm"):
        chest_ct(field=(400, 0))
