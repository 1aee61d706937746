"""Find out what a file holds and hand it to its decoder."""

import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

from imgpipe._common import InputError, code_of, shown
from imgpipe.images.formats.bmp import decode_bmp
from imgpipe.images.formats.dicom.decode import decode_dicom
from imgpipe.images.formats.dicom.elements import is_dicom
from imgpipe.images.formats.errors import coded
from imgpipe.images.formats.jpeg import decode_jpeg
from imgpipe.images.formats.nifti import decode_nifti, is_nifti
from imgpipe.images.formats.npy import decode_npy
from imgpipe.images.formats.nrrd import MAGIC, decode_nrrd
from imgpipe.images.formats.png import decode_png
from imgpipe.images.formats.samples import Samples, picture
from imgpipe.images.formats.tiff import decode_tiff
from imgpipe.images.image import DICOM_SUFFIXES, Image

Decoder = Callable[[str, bytes], Samples]

READERS: dict[bytes, Decoder] = {
    b"\x89PNG\r\n\x1a\n": decode_png,
    b"\xff\xd8\xff": decode_jpeg,
    b"II*\x00": decode_tiff,
    b"MM\x00*": decode_tiff,
    b"II+\x00": decode_tiff,
    b"MM\x00+": decode_tiff,
    b"BM": decode_bmp,
    b"\x93NUMPY": decode_npy,
    MAGIC: decode_nrrd,
}

HEAD = 8192  # bytes that tell what a file is, compressed or not
BMP_HEADERS = {n.to_bytes(4, "little") for n in (12, 16, 40, 52, 56, 64, 108, 124)}
# what people try, and what would do
STRANGERS = {
    b"PK\x03\x04": "a ZIP or NPZ archive, or a .imgpipe model; imgpipe.datasets.load reads NPZ",
    b"\x1f\x8b": "gzip-compressed, and no NIfTI file in it, or cut short; unpack it first",
    b"GIF8": "a GIF",
    b"%PDF": "a PDF",
    b"\x00\x00\x00\x0cjP": "a JPEG 2000",
    b"\xff\x4f\xff\x51": "a JPEG 2000",
    b"RIFF": "a WebP or another RIFF file",
    b"\x89HDF": "an HDF5 file",
}
FORMATS = "PNG, JPEG, TIFF, BMP, NPY, DICOM, NIfTI and NRRD are read"


@coded()
def read(path: str | os.PathLike[str]) -> Image:
    """Read one image or volume from a file, whole, with its dtype.

    Parameters
    ----------
    path : path-like
        A PNG, JPEG, TIFF, BMP, NPY, DICOM, NIfTI or NRRD file. The content decides, whatever the
        suffix.

    Returns
    -------
    Image
        Pixels, channel axis, and spacing in mm (DICOM, NIfTI and NRRD; where what a file says of it
        cannot be used, `warnings` tells); of NIfTI and NRRD files, the place in the patient.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not an image, ends early, declares more than
        `MAX_PIXELS` pixels, or needs a decoder that is not installed; the message names it.

    Notes
    -----
    *Depth.* 8- and 16-bit integers and float32 stay as they are, 16-bit RGB included. Gray of 1,
    2 or 4 bits is scaled to 0..255 in uint8; float16 becomes float32.

    *Colour.* A gray picture stored as RGB stays RGB. Palettes become RGB; CMYK becomes RGB by
    Pillow's plain conversion, without colour profiles. An opaque alpha channel is dropped; a
    transparent image is laid over black, where premultiplied TIFF colours lie already. Samples
    that a TIFF file declares as neither colour nor alpha are an error unless they are the same
    everywhere.

    *Orientation.* That of EXIF in PNG and JPEG files and that of TIFF files is applied, as image
    viewers do.

    *Volumes.* The pages of a TIFF file and the frames of a DICOM file are slices of one volume;
    what ImageJ and OME files declare as channels or points in time is an error. A 3-D NPY array is
    a volume, unless its last axis alone is 3 long: that is a colour image.

    *Damage.* PNG pixels carry checksums, and of uncompressed pixels the number of bytes is known,
    so that no missing part goes unseen. JPEG has neither: a file whose end is missing is found,
    but wrong bytes in the middle may decode to wrong pixels, and so may the last block of a file
    that was cut and given an end marker.

    *DICOM.* The modality rescale is applied, that of each frame where a file has several, and the
    scaling of a dose: integers stay integers where slope and intercept are whole, else the result
    is float64. MONOCHROME1 is inverted within its stored range. Pixels marked as padding get the
    lowest value of the others; in a file compressed with loss, so do values near the padding value
    and, within 16 pixels of padding, what lies beyond all values further away. YBR and palette
    become RGB. Windows are not applied, but kept as `windows`, turned round with the values of a
    MONOCHROME1 file, so that an image seen through one looks as a viewer shows it; `unit` is HU
    where a CT does not say otherwise. PET in Bq/ml becomes SUV by body weight where the tags tell
    weight, dose, times and corrections, and a warning tells the factor, or what is missing. Frames
    whose positions are known are put in spatial order, from the lowest along the normal; the
    distance of slices is that of their positions, and unequal distances are an error. Each transfer
    syntax has one decoder, whatever else is installed: JPEG of 8 bits and JPEG 2000 Pillow, or
    OpenJPEG where that cannot; RLE pydicom; JPEG of 12 bits and lossless JPEG libjpeg-turbo
    (imagecodecs); JPEG-LS CharLS (pyjpegls).

    *NIfTI.* The array has the file's axes, the one that runs slowest first: (z, y, x) of a scan in
    slices. Nothing is turned or resampled: `place` says where each axis points, x to the left, y to
    the back and z to the head, as in DICOM. The sform counts before the qform, where its code says
    that it does; axes that are not at right angles are an error. Values are scaled by scl_slope
    and scl_inter. One point in time is a volume, several are an error; one slice is an image.

    *NRRD.* As NIfTI, with the place by "space directions" and "space origin" where the space is
    that of the patient (LPS, RAS or LAS), and the unit by "sample units". The data of a .nhdr file
    lie beside it, in one file.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> from imgpipe import images
    >>> path = pathlib.Path(tempfile.mkdtemp(), "slice.png")
    >>> images.write(path, np.full((8, 6), 40000, np.uint16))
    >>> images.read(path).pixels[0, 0]
    np.uint16(40000)
    """
    name, decode, data = load(path)
    return picture(decode(name, data))


@coded()
def read_bytes(content: bytes, *, name: str = "the image") -> Image:
    """Read one image or volume from the content of a file, as `read` does.

    Parameters
    ----------
    content : bytes
        Of a PNG, JPEG, TIFF, BMP, NPY, DICOM, NIfTI or NRRD file.
    name : str
        What errors call it; a suffix of DICOM files helps as that of a file does.

    Returns
    -------
    Image

    Raises
    ------
    UnknownFormat
        If it is no image of these kinds.
    InputError
        As `read` does.

    Examples
    --------
    >>> from imgpipe.images.read import read_bytes
    >>> read_bytes(b"GIF89a", name="7.gif")
    Traceback (most recent call last):
    imgpipe.images.read.UnknownFormat: 7.gif: a GIF; PNG, JPEG, TIFF, ... are read
    """
    decode = decoder_for(name, content[:HEAD], Path(name).suffix.lower())
    return picture(decode(name, content))


class UnknownFormat(InputError):
    """Content that is no image of a kind that is read."""

    code = "NO-IMAGE"


def load(path: str | os.PathLike[str]) -> tuple[str, Decoder, bytes]:
    """Name, decoder and bytes of a file."""
    path = Path(path)
    name = shown(path)
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise InputError(f"{name}: neither a file nor a folder", code="NO-IMAGE")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: no such file", code="FILE-MISSING") from None
    except IsADirectoryError:
        reason = "a folder, where an image file is expected"
        raise InputError(f"{name}: {reason}", code="NO-IMAGE") from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name}: cannot be read: {reason}", code=code_of(error)) from None
    decode = decoder_for(name, data[:HEAD], path.suffix.lower())
    if decode is decode_nrrd:
        decode = partial(decode_nrrd, folder=path.parent)
    return name, decode, data


def decoder_for(name: str, head: bytes, suffix: str) -> Decoder:
    """Choose the decoder for a file that begins with `head`."""
    if not head:
        raise InputError(f"{name}: the file is empty")
    if head[128:132] == b"DICM":
        return decode_dicom
    if is_nifti(head):
        return decode_nifti
    for magic, decoder in READERS.items():
        # two letters may begin a text too: a BMP file goes on with the size of its header
        if head.startswith(magic) and (magic != b"BM" or head[14:18] in BMP_HEADERS):
            return decoder
    if suffix in DICOM_SUFFIXES or is_dicom(head):
        return decode_dicom
    if head.startswith(b"\x89PNG") and len(head) > 8:  # the signature is made to tell this
        raise UnknownFormat(
            f"{name}: a PNG file whose line ends were changed on its way: send it as bytes "
            "(curl --data-binary)"
        )
    for magic, what in STRANGERS.items():
        if head.startswith(magic):
            raise UnknownFormat(f"{name}: {what}; {FORMATS}")
    if all(byte >= 32 or byte in b"\t\r\n\f" for byte in head[:132]):
        raise UnknownFormat(f"{name}: a text file, not an image; {FORMATS}")
    raise UnknownFormat(f"{name}: not an image, or cut short in its first bytes; {FORMATS}")
