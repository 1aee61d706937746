"""Of each true class the surest mistakes are kept, and not those of one alone."""

import numpy as np

from imgpipe.evaluate.records.mistakes import _some_of_each


def test_the_one_miss_among_many_false_alarms_is_kept() -> None:
    """The rare kind is shown though all others are surer; the rest are the surest."""
    assert _some_of_each(np.r_[np.zeros(79, int), 1]).tolist() == [*range(7), 79]


def test_each_class_has_its_share() -> None:
    """Three of each of two classes, two of each of six, one of each of twelve, twelve at most."""
    assert np.bincount(_some_of_each(np.repeat([0, 1], 50)) // 50).tolist() == [5, 3]
    six = np.repeat(range(6), 50)
    assert np.bincount(six[_some_of_each(six)]).tolist() == [2] * 6
    twenty = np.repeat(range(20), 50)
    assert np.bincount(twenty[_some_of_each(twenty)]).tolist() == [1] * 12
    assert _some_of_each(np.array([], int)).tolist() == []
