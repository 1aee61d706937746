"""The synthetic chest CT: what it shows lies where its truth says."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import chest_ct


def test_a_seed_is_a_patient() -> None:
    """The same seed gives the same pixels, another seed others."""
    first, again, other = (chest_ct(s, spacing=(4, 4), height=0).image.pixels for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5


def test_densities_lie_where_they_belong() -> None:
    """Lungs are air-filled, body is not; both lungs are of a person's size; air outside is air."""
    image, lungs = chest_ct(5, spacing=(10, 4, 4))
    assert image.pixels.shape == lungs.shape == (28, 75, 100)
    assert image.pixels.dtype == np.int16
    assert (image.unit, image.spacing) == ("HU", (10.0, 4.0, 4.0))
    assert -900 < np.median(image.pixels[lungs]) < -780
    assert image.pixels[:, :5].mean() == pytest.approx(-1000, abs=8)
    litres = lungs.sum() * 160 / 1e6
    assert 1.5 < litres < 6
    left, right = lungs[..., 50:].sum(), lungs[..., :50].sum()
    assert 0.6 < left / right < 1


def test_the_trachea_is_gas_and_no_lung() -> None:
    """Above the carina the darkest part near the middle lies outside the truth."""
    image, lungs = chest_ct(2, spacing=(2, 2), height=50)
    middle = np.s_[60:90, 92:108]
    gas = image.pixels[middle] < -930
    assert 40 < gas.sum() * 4 < 500  # mm2
    assert not lungs[middle][gas].any()


def test_a_slice_is_one_of_the_volume() -> None:
    """Truth at a height is that of the volume's slice there; noise differs."""
    volume = chest_ct(7, spacing=(30, 4, 4))
    alone = chest_ct(7, spacing=(4, 4), height=-30)
    np.testing.assert_array_equal(alone.lungs, volume.lungs[4])
    difference = alone.image.pixels.astype(int) - volume.image.pixels[4]
    assert 5 < difference.std() < 80


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"spacing": (1.0, 1.0)}, "3 lengths"),
        ({"spacing": (8, 0, 1)}, "0.25 to 40"),
        ({"spacing": None}, "spacing=None"),
        ({"spacing": (1, 1), "height": float("nan")}, "height=nan"),
    ],
)
def test_what_cannot_be_made_is_refused(settings: dict, match: str) -> None:
    """Spacing and height are checked."""
    with pytest.raises(InputError, match=match):
        chest_ct(**settings)
