"""How the images of a source are read: their size, and what becomes of volumes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, counted, say
from imgpipe.images.fit import check_fit
from imgpipe.images.image import Image
from imgpipe.images.region import resized
from imgpipe.images.slices import RULES, check_slices, chosen_slices, is_volume, slice_of

_UNSEEN = 0.03  # share by which an aspect ratio may change without a word


@dataclass(frozen=True)
class Reading:
    """What is asked of every image when it is read.

    Parameters
    ----------
    size : (int, int), optional
        Rows and columns that all get.
    fit : str
        Of `imgpipe.images.fit.FITS`.
    slices : str, optional
        Of `imgpipe.images.slices.RULES`: volumes become images of two axes.
    volumes : bool, optional
        Whether volumes are taken as they are; None where nobody was asked.
    series : str, optional
        Which of several series in a folder of DICOM files.
    allow_gaps : bool
        Resample series with missing or shifted slices.
    """

    size: tuple[int, int] | None = None
    fit: str = "stretch"
    slices: str | None = None
    volumes: bool | None = None
    series: str | None = None
    allow_gaps: bool = False

    def __post_init__(self) -> None:
        check_fit(self.fit)
        if self.slices is not None:
            check_slices(self.slices)
        if self.slices is not None and self.volumes:
            raise InputError(
                f"slices={self.slices!r} and volumes=True exclude each other: images of two axes, "
                "or features in three"
            )
        if self.fit != "stretch" and self.size is None:
            raise InputError(f"fit={self.fit!r} goes with a size (--size)")

    @property
    def gathers(self) -> bool:
        """Whether DICOM files of one series in a folder are put together."""
        return self.slices is not None or bool(self.volumes)

    def places(self, image: Image) -> list[int | None]:
        """Which slices are taken of an image; None for the whole of it."""
        if not is_volume(image):
            return [None]
        if self.slices is not None:
            return list(chosen_slices(image, self.slices))
        if self.volumes is False:
            sides = " x ".join(map(str, image.spatial_shape))
            raise UnaskedVolume(
                f"is a volume of {sides} pixels; add --slices {'|'.join(RULES)} for images of two "
                "axes, or --volumes for features in three (slices= or volumes=True in Python)"
            )
        return [None]

    def idle(self, volumes: int, folders: int) -> list[Text]:
        """Say which options had nothing to do."""
        asked = {
            "--slices": self.slices is not None and not volumes,
            "--volumes": bool(self.volumes) and not volumes,
            "--series": self.series is not None and not folders,
            "--allow-gaps": self.allow_gaps and not folders,
        }
        why = say("no image is a volume")
        no_folder = say("no image is a folder of DICOM files")
        return [
            _idle(option, why if option in ("--slices", "--volumes") else no_folder)
            for option, idle in asked.items()
            if idle
        ]

    def stretched(self, distortions: Sequence[float]) -> list[Text]:
        """Say of how many images the aspect ratio was lost, where it is more than rounding."""
        lost = [change for change in distortions if change > _UNSEEN]
        if not lost or self.size is None or self.fit != "stretch":
            return []
        return [
            say(
                "resizing to {rows} x {columns} changes the aspect ratio of {n} of {of} images, "
                "by up to {most}%: --fit pad or --fit crop keeps it",
                rows=self.size[0],
                columns=self.size[1],
                n=len(lost),
                of=len(distortions),
                most=round(100 * max(lost)),
            )
        ]

    def sliced(self, slices: int, volumes: int) -> list[Text]:
        """Say how many slices stand for how many volumes."""
        if self.slices is None or not volumes:
            return []
        return [
            counted(
                volumes,
                "{slices} slices of {n} volume (--slices {rule})",
                "{slices} slices of {n} volumes (--slices {rule})",
                slices=slices,
                rule=self.slices,
            )
        ]

    def part(self, image: Image, place: int | None) -> Image:
        """Take a slice, or the image as it is, in the size asked for."""
        image = image if place is None else slice_of(image, place)
        return image if self.size is None else resized(image, self.size, self.fit)


ANYHOW = Reading()


def _idle(option: str, why: str) -> Text:
    return say("{option} changes nothing: {why}", option=option, why=why)


def changes_nothing(note: str) -> bool:
    """Tell the notes of `Reading.idle` from others."""
    return getattr(note, "template", "") == _idle("", "").template


class UnaskedVolume(InputError):
    """A volume, where nobody said what becomes of volumes."""


def check_size(size: object) -> tuple[int, int] | None:
    """Make one number of pixels, or one for rows and one for columns, a pair."""
    pair = size if isinstance(size, tuple | list) else (size, size)
    whole = all(isinstance(n, int | np.integer) and n > 0 for n in pair)
    if size is None:
        return None
    if len(pair) != 2 or not whole:
        raise InputError(f"size={size!r}; a positive number of pixels is needed")
    return (int(pair[0]), int(pair[1]))


def named_series(path: str, series: str | None) -> str:
    """Name of a folder; with the series where it holds several."""
    return path if series is None else f"{path}#{series}"


def sliced_name(name: str, place: int | None) -> str:
    """Name of a slice: that of its volume and the index."""
    return name if place is None else f"{name}[{place}]"
