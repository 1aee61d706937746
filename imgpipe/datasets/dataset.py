"""Images with labels, patients and where each came from."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from dataclasses import fields as dataclass_fields
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.html import html_list, html_table
from imgpipe.datasets.annotations.labels import encode, whole
from imgpipe.datasets.annotations.positive import positive_last
from imgpipe.datasets.annotations.spelling import SPLITS, given_names, some
from imgpipe.images import Images


@dataclass(frozen=True, eq=False)
class Dataset:
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

    def __post_init__(self, masks: Any) -> None:
        n = len(self.images)
        settle = object.__setattr__
        if masks is not None and len(masks) != n:
            raise InputError(f"{self.where}: {n} images but {len(masks)} masks")
        labels = np.asarray(self.labels)
        if len(labels) and (not len(self.classes) or labels.dtype.kind in "USO"):
            self._encode(labels)
        elif len(labels):
            settle(self, "labels", whole(self.where, labels))
        else:
            settle(self, "labels", labels.astype(np.int64))
        settle(self, "classes", tuple(str(name) for name in self.classes))
        settle(self, "ids", np.asarray(np.arange(n) if self.ids is None else self.ids).astype(str))
        for kept in ("groups", "split"):
            if getattr(self, kept) is not None:
                settle(self, kept, given_names(self.where, kept, getattr(self, kept)))
        columns = {str(k): np.asarray(v).astype(str) for k, v in self.columns.items()}
        settle(self, "columns", columns)
        for kept in ("labels", "ids", "groups", "split"):
            values = getattr(self, kept)
            if values is not None and len(values) != n:
                raise InputError(f"{self.where}: {n} images but {len(values)} {kept}")
        for name, values in columns.items():
            if len(values) != n:
                raise InputError(f"{self.where}: {n} images but {len(values)} in column {name}")
        if n and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise InputError(f"{self.where}: labels must lie in 0..{len(self.classes) - 1}")
        self._check_split()
        carried = Images(self.images, masks, channel_axis=self.channel_axis, ids=self.ids)
        settle(self, "images", carried)
        if self.channel_axis is None:
            settle(self, "channel_axis", carried.channel_axis if carried.is_stack else None)

    def _encode(self, labels: np.ndarray) -> None:
        """Make codes of names, in the order of the classes where there is one."""
        given = tuple(self.classes) or None
        codes, classes, notes = encode(self.where, labels, given)
        order = classes if given else positive_last(self.where, classes)
        settle = object.__setattr__
        settle(self, "labels", np.array([order.index(name) for name in classes])[codes])
        settle(self, "classes", order)
        settle(self, "warnings", (*self.warnings, *notes))

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}: {n}" for name, n in self.counts.items())
        patients = "" if self.groups is None else f", {len(set(self.groups))} patients"
        return f"<Dataset {self.name}: {len(self)} images ({parts}){patients}>"

    def _repr_html_(self) -> str:
        parts = ["all"] if self.split is None else [p for p in SPLITS if (self.split == p).any()]
        inside = [np.ones(len(self), bool) if p == "all" else self.split == p for p in parts]
        rows = [
            [name, *(int((self.labels[part] == code).sum()) for part in inside)]
            for code, name in enumerate(self.classes)
        ]
        return html_table(repr(self).strip("<>"), ["class", *parts], rows) + html_list(
            self.warnings
        )

    @property
    def where(self) -> str:
        """What errors begin with: the path if there is one."""
        return self.source or self.name

    @property
    def counts(self) -> dict[str, int]:
        """Images of each class."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    @property
    def sizes(self) -> dict[str, int]:
        """Images of each size as ``"rows x columns"``, most frequent first; reads no file."""
        end = None if self.channel_axis is None else -1
        counts = Counter("x".join(map(str, shape[:end])) for shape in self.images.shapes)
        return dict(counts.most_common())

    def take(self, indices: Any) -> "Dataset":
        """Take the images at some positions, by integers, a slice or a boolean mask."""
        if not isinstance(indices, slice):
            indices = np.asarray(indices)
            if indices.size == 0:
                indices = indices.astype(np.intp)

        def part(values: Any) -> Any:
            return None if values is None else values[indices]

        return self.changed(
            images=self.images[indices],
            labels=self.labels[indices],
            ids=self.ids[indices],
            groups=part(self.groups),
            split=part(self.split),
            columns={name: values[indices] for name, values in self.columns.items()},
        )

    def changed(self, **fields: Any) -> "Dataset":
        """Give the same data set with some fields replaced; masks stay with their images.

        Parameters
        ----------
        **fields
            As in the constructor.

        Returns
        -------
        Dataset
        """
        own = {f.name: getattr(self, f.name) for f in dataclass_fields(self)}
        return Dataset(**own | fields)

    def positions(self, part: str) -> np.ndarray:
        """Where the images of a part of the split stand; all of them where there is no split."""
        if self.split is None:
            return np.arange(len(self))
        return np.flatnonzero(self.split == part)

    def with_classes(self, classes: Sequence[str]) -> "Dataset":
        """Give the same images with labels that index other `classes`, matched by name.

        An `InputError` names the classes of the images that are not among them.
        """
        unknown = sorted(name for name, n in self.counts.items() if n and name not in classes)
        if unknown:
            raise InputError(f"{self.where}: no class {some(unknown, 8)} among {some(classes, 12)}")
        position = {name: code for code, name in enumerate(classes)}
        codes = np.array([position.get(name, -1) for name in self.classes])
        return self.changed(labels=codes[self.labels], classes=tuple(classes))

    def with_positive(self, positive: str | None = None) -> "Dataset":
        """Give the same images with the positive class last, whose sensitivity is asked for.

        Without a name it is, of two numbers, the larger; of two words, the one that does not say
        normal, healthy, negative, control, no, without or benign; else the last.

        Parameters
        ----------
        positive : str, optional
            Its name.

        Returns
        -------
        Dataset

        Raises
        ------
        InputError
            If there is no such class, or there are more than two.

        Examples
        --------
        >>> import numpy as np
        >>> from imgpipe.datasets import Dataset
        >>> data = Dataset("toy", np.zeros((2, 8, 8)), [0, 1], ("cancer", "normal"))
        >>> data.with_positive().classes, data.with_positive("normal").classes
        (('normal', 'cancer'), ('cancer', 'normal'))
        """
        return self.with_classes(positive_last(self.where, self.classes, positive))

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

    def require_classes(self, n: int = 2) -> None:
        """Raise an InputError that names the classes, unless at least `n` of them occur."""
        present = [f"{name} ({count})" for name, count in self.counts.items() if count]
        if len(present) < n:
            raise InputError(
                f"{self.where}: {', '.join(present) or 'no class'} is all there is; "
                f"a comparison needs images of at least {n} classes"
            )

    def _check_split(self) -> None:
        """Only known parts, and no patient in two of them."""
        if self.split is None:
            return
        unknown = sorted(set(self.split.tolist()) - set(SPLITS))
        if unknown:
            raise InputError(f"{self.where}: split {unknown[0]!r}; use {', '.join(SPLITS)}")
        if self.groups is None:
            return
        parts: dict[str, set[str]] = {}
        for group, part in zip(self.groups.tolist(), self.split.tolist(), strict=True):
            parts.setdefault(group, set()).add(part)
        torn = sorted(group for group, held in parts.items() if len(held) > 1)
        if torn:
            raise InputError(
                f"{self.where}: {some(torn)}: {len(torn)} of {len(parts)} patients have images "
                "in more than one part of the given split; a patient belongs to one"
            )


# a constructor's argument, then what the images carry
Dataset.masks = property(lambda self: self.images.masks, doc="Mask of each image, None without.")  # type: ignore[attr-defined]


def stem(source: str | os.PathLike[str]) -> str:
    """Name a data set by its path."""
    name = shown(os.path.basename(os.path.abspath(source)))
    return os.path.splitext(name)[0] if os.path.isfile(source) else name
