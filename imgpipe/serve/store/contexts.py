"""Which kinds of images are taken, and in which encodings: those that are decoded here."""

from importlib.util import find_spec
from typing import Any

from imgpipe.images.formats.dicom.pixels import packages_for

_VERIFICATION = "1.2.840.10008.1.1"


def image_classes() -> list[str]:
    """UIDs of the storage classes of images."""
    from pynetdicom import AllStoragePresentationContexts as known

    uids = [context.abstract_syntax for context in known]
    return [str(uid) for uid in uids if uid is not None and "Image Storage" in uid.name]


def readable_syntaxes() -> list[str]:
    """UIDs of the transfer syntaxes whose pixels can be read with what is installed.

    The deflated one is left out: what it inflates to is not known before it is inflated.
    """
    from pydicom import uid

    found = [
        uid.ExplicitVRLittleEndian,
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.RLELossless,
        uid.JPEGBaseline8Bit,
    ]
    optional = [uid.JPEGLossless, uid.JPEGLosslessSV1, uid.JPEGExtended12Bit]
    optional += [uid.JPEGLSLossless, uid.JPEGLSNearLossless]
    found += [each for each in optional if all(map(find_spec, packages_for(each)))]
    found += [uid.JPEG2000Lossless, uid.JPEG2000]
    return [str(each) for each in found]


def supported() -> list[Any]:
    """Presentation contexts of a listener: C-ECHO, and images."""
    from pynetdicom import build_context

    syntaxes = readable_syntaxes()
    return [
        build_context(_VERIFICATION),
        *(build_context(uid, syntaxes) for uid in image_classes()),
    ]
