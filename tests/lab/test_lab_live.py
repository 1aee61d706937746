"""What a page asks of the lab through its WebSocket, and what it gets."""

import io

import numpy as np
from lab_helpers import Running
from PIL import Image as Pictures

from imgpipe.lab.chain import Chain
from imgpipe.lab.examples import EXAMPLES

STEPS = [["median", {"size": 5}]]


def test_a_result_is_that_of_the_library(lab: Running) -> None:
    """Numbers, outline and code are those of the chain; the picture is of the image's size."""
    with lab.page() as page:
        head, picture = page.ask(source="cells", filters=STEPS, segment=["otsu", {}])
    from imgpipe.lab.numbers import measure

    made = Chain.of(STEPS, ["otsu", {}]).apply(EXAMPLES["cells"].image())
    assert head["kind"] == "result"
    assert head["numbers"] == measure(made.image, made.mask)
    assert head["shape"] == list(made.image.shape)
    assert Pictures.open(io.BytesIO(picture)).size == made.image.shape[::-1]
    assert head["notes"] == []
    assert "kernels.median(image.pixels, size=5)" in head["python"]
    assert "imgpipe filter median" in head["commands"]
    inside = np.zeros(made.image.shape, bool)
    for line in head["outline"]:
        rows, columns = np.rint(np.array(line)).astype(int).T
        inside[rows, columns] = True
    assert made.mask is not None
    assert made.mask[inside].all()
