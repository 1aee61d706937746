"""Gray levels against exact arithmetic."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from imgpipe import InputError
from imgpipe.features import extract
from imgpipe.features.inputs.prepare import prepare_one


def levels(values, **given):
    batch, _ = prepare_one(np.asarray(values)[None], families="histogram", **given)
    return batch.levels.ravel().tolist()


def by_width(values, width, low):
    return [math.floor((x - low) / width) + 1 for x in values]


def by_number(values, bins):
    low, span = min(values), max(values) - min(values)
    return [min(math.floor(bins * (x - low) / span) + 1, bins) for x in values]


def around(x, steps):
    """The float nearest to a fraction, and its neighbours."""
    nearest = float(x)
    found = [nearest]
    for end in (-np.inf, np.inf):
        neighbour = nearest
        for _ in range(steps):
            neighbour = float(np.nextafter(neighbour, end))
            found.append(neighbour)
    return found


def decimals(digits, places):
    """Decimals as a reader gives them: each the float nearest to it."""
    return [Fraction(d, 10**places) for d in digits]


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30),
    st.integers(1, 2000), st.integers(0, 9), st.data(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_decimals_by_width(digits, width, places, data):
    """Decimals that lie on an edge are in the bin above, whatever the floats say."""
    low = data.draw(st.integers(min(digits) - 10**5, min(digits)))
    width += (max(digits) - low) // 4000
    # as many as can be on an edge
    digits = [*digits, *(low + k * width for k in data.draw(st.sets(st.integers(0, 4095))))]
    exact = decimals([d for d in digits if d <= low + 4095 * width], places)
    size, start = Fraction(width, 10**places), Fraction(low, 10**places)
    found = levels([float(x) for x in exact], bin_width=float(size), low=float(start))
    assert found == by_width(exact, size, start)


@given(st.integers(-(10**6), 10**6), st.integers(1, 3000), st.integers(0, 9), st.data())
@settings(max_examples=150, deadline=None)
def test_decimals_by_number(low, step, places, data):
    """So they are where the ends of the scale are the image's own decimals."""
    bins = data.draw(st.integers(2, 300))
    times = data.draw(st.lists(st.integers(0, bins), max_size=20))
    digits = [low, low + bins * step, *(low + k * step for k in times)]
    digits += data.draw(st.lists(st.integers(low, low + bins * step), max_size=20))
    exact = decimals(digits, places)
    assert levels([float(x) for x in exact], bins=bins) == by_number(exact, bins)


def drawn(seed, dtype):
    """Two floats of any sizes and signs, of which one has more digits than decimals have."""
    rng = np.random.default_rng(seed)
    a, b = (float(dtype(rng.normal() * 10.0 ** rng.integers(-12, 13))) for _ in range(2))
    assume(max(len(Decimal(repr(x)).normalize().as_tuple().digits) for x in (a, b)) > 15)
    return a, b


@pytest.mark.parametrize("bins", [8, 40, 1000])
def test_edges_may_have_more_places_than_their_ends(bins):
    """From -0.3 to 0.1, too, each of 40 bins begins at a hundredth."""
    exact = [Fraction(-3, 10) + Fraction(2 * k, 5 * bins) for k in range(bins + 1)]
    assert levels([float(x) for x in exact], bins=bins) == by_number(exact, bins)


@given(st.integers(0, 2**32), st.integers(1, 4000), st.sampled_from([np.float32, np.float64]))
@settings(max_examples=300, deadline=None)
def test_floats_by_width(seed, n, dtype):
    """Floats that are no decimals are what they are: next to an edge, too, each in its own bin."""
    low, width = drawn(seed, dtype)
    width = abs(width)
    values = [low, *around(Fraction(low) + n * Fraction(width), 3)]
    values = [x for x in values if low <= x < Fraction(low) + 4090 * Fraction(width)]
    expected = by_width([Fraction(x) for x in values], Fraction(width), Fraction(low))
    assert levels(values, bin_width=width) == expected


@given(st.integers(0, 2**32), st.integers(2, 4096), st.sampled_from([np.float32, np.float64]))
@settings(max_examples=300, deadline=None)
def test_floats_by_number(seed, bins, dtype):
    """The same between the extremes of an image."""
    low, high = sorted(drawn(seed, dtype))
    n = 1 + seed % (bins - 1)
    edge = Fraction(low) + n * (Fraction(high) - Fraction(low)) / bins
    values = [low, high, *(x for x in around(edge, 3) if low <= x <= high)]
    assert levels(values, bins=bins) == by_number([Fraction(x) for x in values], bins)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4"])
@pytest.mark.parametrize("given", [{"bins": 32}, {"bins": 7}, {"bin_width": 3}, {"bin_width": 0.7}])
def test_integers(dtype, given, rng):
    """Integers are exact."""
    image = rng.integers(0, 250, 400).astype(dtype)
    exact = [Fraction(int(x)) for x in image]
    if "bins" in given:
        expected = by_number(exact, given["bins"])
    else:
        expected = by_width(exact, Fraction(str(given["bin_width"])), min(exact))
    assert levels(image, **given) == expected


@pytest.mark.parametrize("scale", [1e-310, 5e-324, 1e-40, 1e300, 2.0**960])
@pytest.mark.parametrize("given", [{"bins": 10}, {"bin_width": 3}])
def test_extreme_floats(scale, given):
    """Neither tiny nor huge floats lose an edge."""
    given = {k: v * scale if k == "bin_width" else v for k, v in given.items()}
    values = np.arange(31) * scale
    exact = [Fraction(x) for x in values]
    if "bins" in given:
        expected = by_number(exact, 10)
    else:
        expected = by_width(exact, Fraction(given["bin_width"]), 0)
    assert levels(values, **given) == expected


def test_a_span_beyond_the_largest_float():
    """Bins of a fixed size may lie on both ends of what floats hold."""
    largest = np.finfo(float).max
    assert levels([-largest, 0.0, largest], bin_width=largest / 2) == [1, 3, 5]


def test_levels_rise_with_the_values():
    """Between an edge as decimals and as floats put it, the order stays."""
    values = around(Fraction(7, 10), 8) + around(Fraction(3, 10), 8) + [-100.1, 1.0]
    found = levels(sorted(values), bin_width=0.1, low=-100.1)
    assert found == sorted(found)


def write_slice(path, stored, slope, intercept):
    """A DICOM file of 16-bit integers."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, "1.2.3"
    data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    data.Rows, data.Columns = stored.shape
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 0
    data.RescaleSlope, data.RescaleIntercept = slope, intercept
    data.PixelData = stored.astype("<u2").tobytes()
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize(
    ("slope", "intercept"),
    [("0.1", "0"), ("0.1", "-102.4"), ("0.7", "0.3"), ("0.0366", "0"), (".122100122100122", "0"),
     ("2.54945054945055", "-1000"), ("1.234567E-5", "0"), (".333333333333333", "0")],
)  # fmt: skip
def test_stored_values(slope, intercept, tmp_path, rng):
    """The level of a pixel is that of the integer that the file stores, times slope and all."""
    stored = rng.integers(0, 4097, (60, 60))
    stored.flat[:33] = np.arange(33) * 128
    path = write_slice(tmp_path / "x.dcm", stored, slope, intercept)
    whole = [int(k) for k in stored.ravel()]
    for bins in (16, 32, 64):
        found, _ = prepare_one(path, families="histogram", bins=bins)
        assert found.levels.ravel().tolist() == by_number([Fraction(k) for k in whole], bins)
    exact = [k * Fraction(slope) + Fraction(intercept) for k in whole]
    for times in (3, 8, 100):
        width = times * Fraction(slope)
        given = {"bin_width": float(width), "low": float(Fraction(intercept))}
        found, _ = prepare_one(path, families="histogram", **given)
        assert found.levels.ravel().tolist() == by_width(exact, width, Fraction(intercept))


def test_the_last_level_that_a_matrix_holds():
    """4096 levels are right, and a value on the edge of one more is refused."""
    below = np.nextafter(409.6, 0)
    assert levels([0.0, below], bin_width=0.1)[1] == 4096
    with pytest.raises(InputError, match=r"4097 gray levels.*larger bin_width"):
        levels([0.0, 409.6], bin_width=0.1)


def test_colour_of_equal_channels_has_the_levels_of_gray(rng):
    """The luminance of gray lies on the same edges as gray itself."""
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = extract(gray, families="histogram", bin_width=5)
    colour = np.stack([gray] * 3, -1)
    assert extract(colour, families="histogram", bin_width=5, channel_axis=-1) == expected
