"""What a stranger's fitted part says: probabilities, or an error."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.bundle.inference.checked_output import CheckedOutput


@pytest.mark.parametrize(
    "row",
    [[np.nan, np.nan], [np.inf, 0.0], [0.7, 0.7], [-0.5, 1.5], [0.0, 0.0], [2.0, -1.0]],
)
def test_only_probabilities_come_out(row: list[float]) -> None:
    """Numbers that are not finite, out of range, or do not sum to 1 are refused."""
    part = CheckedOutput(lambda inputs: np.tile(row, (len(inputs), 1)), 2, 10)
    with pytest.raises(InputError, match="no probabilities; train it again"):
        part(np.zeros((3, 5)))


def test_the_shape_must_be_right() -> None:
    """Fewer rows or columns than there should be are refused."""
    for shape in ((1, 2), (3, 1), (3, 3), (3,)):
        with pytest.raises(InputError, match="for 3 images of 2 classes"):
            CheckedOutput(lambda inputs, shape=shape: np.full(shape, 0.5), 2, 10)(np.zeros((3, 5)))


def test_some_rows_at_a_time() -> None:
    """No more rows go in than memory allows, and all come out in order."""
    seen = []

    def part(inputs: np.ndarray) -> np.ndarray:
        seen.append(len(inputs))
        return np.column_stack([inputs[:, 0], 1 - inputs[:, 0]])

    given = np.linspace(0, 1, 7)[:, None]
    assert np.array_equal(CheckedOutput(part, 2, 3)(given)[:, 0], given[:, 0])
    assert seen == [3, 3, 1]
    assert CheckedOutput(part, 2, 3)(given[:0]).shape == (0, 2)
