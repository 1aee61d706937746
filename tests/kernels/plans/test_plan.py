"""Arrays among the arguments of a plan."""

import numpy as np

from imgpipe.kernels.plans.plan import KeptArray, kept_array


def test_equal_arrays_are_one_key():
    """Arrays of equal shape, dtype and values are found again; others are not."""
    one = kept_array([[1, 2], [3, 4]])
    assert isinstance(one, KeptArray)
    assert kept_array(np.array([[1, 2], [3, 4]])) is one
    for other in ([[1, 2], [3, 5]], [1, 2, 3, 4], [[1.0, 2.0], [3.0, 4.0]]):
        assert kept_array(other) is not one
        assert hash(kept_array(other)) is not None
    np.testing.assert_array_equal(one.array(), [[1, 2], [3, 4]])
    assert not one.array().flags.writeable


def test_a_footprint_is_kept_as_bool():
    """Footprints that mark the same cells are one key, whatever their numbers."""
    assert kept_array([0, 2, 3], bool) is kept_array([False, True, True], bool)


def test_what_is_no_array_of_real_numbers_stays():
    """What a kernel will refuse reaches it unchanged, so that its message shows what was given."""
    assert kept_array(None) is None
    assert kept_array("disk", bool) == "disk"
    given = [1j]
    assert kept_array(given) is given
