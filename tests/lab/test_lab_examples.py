"""Examples: what the page shows is what the lines make."""

import numpy as np
import pytest

from imgpipe.lab.examples import EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_lines_make_the_same_image(name: str) -> None:
    """The lines of an example, run on their own, give its pixels and all that describes them."""
    example = EXAMPLES[name]
    known: dict[str, object] = {}
    exec(example.python, known)
    made, image = known["image"], example.image()
    assert type(made) is type(image)
    np.testing.assert_array_equal(made, image)
    for part in ("channel_axis", "spacing", "unit", "id", "mask"):
        assert getattr(made, part) == getattr(image, part), part


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_made_once(name: str) -> None:
    """A second look makes nothing, and what is shared cannot be written to."""
    image = EXAMPLES[name].image()
    assert EXAMPLES[name].image() is image
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0] = 0


def test_there_is_one_of_each_kind() -> None:
    """Pictures of 512 x 512, in Hounsfield units and in colour, and patches that models take."""
    images = {name: example.image() for name, example in EXAMPLES.items()}
    assert images["chest-ct"].unit == images["benign-nodule"].unit == "HU"
    assert images["chest-ct"].shape == images["cells"].shape == images["chart"].shape == (512, 512)
    assert images["tissue"].channel_axis == -1
    assert images["malignant-nodule"].shape == (64, 64)
