"""Each of pydicom's own files: the pixels that pydicom gives, or a reason; and the page of them."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pydicom
import pydicom.encaps
import pytest
from dicom_table import ALONE, ROOT, Outcome, is_as_pydicom, outcomes, page

PAGE = Path(__file__).parents[3] / "docs/dicom_files.md"
DECODERS = ("imagecodecs", "jpeg_ls", "pylibjpeg", "openjpeg")

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, DECODERS)), reason="needs the extra dicom: pip install 'imgpipe[dicom]'"
)


@pytest.fixture(scope="module")
def found() -> list[Outcome]:
    """All of them, read once; anything but an image or an InputError ends the test."""
    return outcomes()


def test_every_image_is_as_pydicom_gives_it(found: list[Outcome]) -> None:
    """Pixels after rescale, palette and inversion are those of pydicom's own functions."""
    images = [one for one in found if one.image is not None]
    assert len(images) > 80
    others = [one for one in images if Path(one.name).name not in ALONE]
    assert [o.name for o in others if o.image and not is_as_pydicom(o.image, ROOT / o.name)] == []


def test_what_pydicom_does_not_decode(found: list[Outcome]) -> None:
    """JPEG of 12 bits is what libjpeg-turbo makes of the frame."""
    import imagecodecs

    for one in found:
        if Path(one.name).name in ALONE:
            dataset = pydicom.dcmread(ROOT / one.name)
            (frame,) = pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1)
            assert one.image is not None
            assert np.array_equal(one.image.pixels, imagecodecs.jpeg8_decode(frame))


def test_reasons_are_short_and_name_something(found: list[Outcome]) -> None:
    """What is no image says so in one printable line, and nothing is blamed on our own code."""
    for one in found:
        assert one.told.isprintable()
        assert 10 < len(one.told) < 400
        assert "cannot be parsed" not in one.told


def test_page_in_docs() -> None:
    """docs/dicom_files.md is what `make docs` writes, of the same pydicom."""
    written = PAGE.read_text(encoding="utf-8")
    if f"pydicom {pydicom.__version__}:" not in written:
        pytest.skip("the page is of another pydicom")
    assert written == page()
