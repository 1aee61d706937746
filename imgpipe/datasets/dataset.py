"""Images with labels, patients and where each came from."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown, stem_of
from imgpipe._common.texts import say
from imgpipe.datasets.files.reading import ANYHOW, Reading
from imgpipe.datasets.labelled import Labelled
from imgpipe.images import Images
from imgpipe.images.shown import pictures

# names of files that are called so whatever is in them
_SAYS_NOTHING = {"manifest", "dataset", "data", "labels", "index", "metadata", "annotations"}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Labelled):
    """Labelled images, checked: lengths agree and no patient is on two sides of a given split.

    Parameters
    ----------
    name : str
        What reports call it.
    images : Images, ndarray or sequence of arrays
        Kept as `imgpipe.images.Images`, with their masks, spacing and ids: an array where all fit
        in memory and have one size, else a sequence that may read a file when asked for one.
    labels : ndarray of int64
        Index of each image's class in `classes`. Names of classes are taken, too, and become such.
    classes : tuple of str, optional
        Class names; each occurs when the set is loaded, a part of it may lack some. Of two the
        last is the positive one, see `with_positive`. Where they are not given, they are the
        labels, sorted, with the positive one last.
    groups : ndarray of str or None
        Patient of each image.
    split : ndarray of str or None
        ``"train"``, ``"val"`` or ``"test"``, where the source gives a split.
    ids : ndarray of str
        The path as given, or the index in the array; unique within a part of the split.
    channel_axis : int or None, default None
        -1 for colour, None for gray.
    source : str or None, default None
        Where it was loaded from.
    masks : ndarray or sequence, optional
        Region of interest of each image, nonzero inside; those of `images` by default.
    warnings : tuple of str
        What a reader of the results should know.
    region : {"image", "mask", "box"}
        What features look at: see `imgpipe.datasets.in_region`.
    columns : dict of str to sequence of str
        What else the source says of each image, such as sex, age or scanner; blank where unknown.
    formats : dict of str to sequence of str
        How each was stored, before anything was resized or converted: ``"size"``, ``"type"``,
        ``"channels"`` and ``"suffix"`` of its file, where it comes from one; and ``"unit"`` of its
        values and ``"spacing"`` in mm, where any file names one.
    reading : Reading
        What was asked of the images when they were read, for new ones to be read alike.

    Raises
    ------
    InputError
        If the lengths differ, a label is no index into `classes`, a split has another name, or a
        patient is in more than one part of the split.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.datasets import Dataset
    >>> images = np.zeros((4, 8, 8), np.uint8)
    >>> data = Dataset("toy", images, [0, 0, 1, 1], ("benign", "malignant"), ["a", "a", "b", "c"])
    >>> len(data.take([0, 3])), data.sizes, data.counts
    (2, {'8x8': 4}, {'benign': 2, 'malignant': 2})
    """

    name: str
    images: Any
    labels: np.ndarray
    classes: tuple[str, ...] = ()
    groups: np.ndarray | None = None
    split: np.ndarray | None = None
    ids: Any = None
    channel_axis: int | None = None
    source: str | None = None
    masks: InitVar[Any] = None
    warnings: tuple[str, ...] = ()
    region: str = "image"
    columns: Mapping[str, Any] = field(default_factory=dict)
    formats: Mapping[str, Any] = field(default_factory=dict)
    reading: Reading = ANYHOW

    def __post_init__(self, masks: Any) -> None:
        n = len(self.images)
        if masks is not None and len(masks) != n:
            raise InputError(f"{self.where}: {n} images but {len(masks)} masks")
        self._settle(n)
        carried = Images(self.images, masks, channel_axis=self.channel_axis, ids=self.ids)
        settle = object.__setattr__
        formats = {name: np.asarray(values).astype(str) for name, values in self.formats.items()}
        settle(self, "formats", formats)
        settle(self, "images", carried)
        if self.channel_axis is None:
            settle(self, "channel_axis", carried.channel_axis if carried.is_stack else None)

    @property
    def sizes(self) -> dict[str, int]:
        """Images of each size as ``"rows x columns"``, most frequent first; reads no file."""
        end = None if self.channel_axis is None else -1
        counts = Counter("x".join(map(str, shape[:end])) for shape in self.images.shapes)
        return dict(counts.most_common())

    @property
    def unit(self) -> str | None:
        """Unit of the values of all images; None where they differ or do not say."""
        units = set(self.formats.get("unit", ()))
        return str(units.pop()) if len(units) == 1 else None

    def _facts(self) -> list[str]:
        sizes = list(self.sizes)
        more = say("{n} sizes, most are {size}", n=len(sizes), size=sizes[0]) if sizes[1:] else ""
        masked = [say("with masks")] if self.images.masked_any else []
        return [*([more] if more else sizes), *masked]

    def _pictures(self, places: np.ndarray) -> str:
        return pictures(self.images, places)

    def _samples(self, indices: Any) -> dict[str, Any]:
        formats = {name: values[indices] for name, values in self.formats.items()}
        return {"images": self.images[indices], "formats": formats}

    def require_one_size(self) -> None:
        """Raise an InputError that names the sizes, unless all images have the same one."""
        sizes = self.sizes
        if len(sizes) > 1:
            first = [f"{size}: {n}" for size, n in list(sizes.items())[:4]]
            more = ["..."] if len(sizes) > 4 else []
            raise InputError(
                f"{self.where}: images of {len(sizes)} sizes ({', '.join(first + more)}): "
                "resize them with --size PX (size= in Python)"
            )

    def require_one_kind(self) -> None:
        """Raise an InputError, unless all are images, or all volumes."""
        colour = self.channel_axis is not None
        kinds = {len(shape) - colour: shape for shape in self.images.shapes}
        if len(kinds) > 1:
            found = " and ".join("x".join(map(str, shape)) for shape in kinds.values())
            raise InputError(
                f"{self.where}: images and volumes together ({found}); take slices of the volumes "
                "(--slices middle), or leave one kind out"
            )


# a constructor's argument, then what the images carry
Dataset.masks = property(lambda self: self.images.masks, doc="Mask of each image, None without.")  # type: ignore[attr-defined]


def stem(source: str | os.PathLike[str]) -> str:
    """Name a data set by its path; by the folder of a file whose own name says nothing."""
    folder, name = os.path.split(os.path.abspath(source))
    if os.path.isfile(source):
        name = stem_of(name)
        if name.casefold() in _SAYS_NOTHING:
            name = os.path.basename(folder) or name
    return shown(name)
