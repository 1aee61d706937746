"""What families share of a stack belongs to its own arrays."""

import numpy as np

from imgpipe.features.inputs.prepare import prepare_one


def test_a_temporary_array_does_not_get_the_values_of_another() -> None:
    """Sorted values are those of the array that was given, also where an old one is gone."""
    image = np.arange(12.0).reshape(3, 4)
    batch, _ = prepare_one(image, families="intensity")
    for shift in range(50):
        # memory of the last temporary is used again, and with it its id
        assert batch.sorted(batch.values + shift)[0, 0] == shift
    assert batch.sorted(batch.values) is batch.sorted(batch.values)
