"""What labelled samples have in common, be they images or rows of features."""

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from typing import Any, ClassVar, Self

import numpy as np

from imgpipe._common import InputError, fault, few
from imgpipe._common.texts import counted
from imgpipe.datasets.annotations.labels import encode, whole
from imgpipe.datasets.annotations.positive import positive_last
from imgpipe.datasets.annotations.spelling import SPLITS, given_names, some


class Labelled:
    """Labels, classes, patients and a split, checked; for frozen dataclasses that have them."""

    name: str
    labels: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None
    split: np.ndarray | None
    ids: Any
    columns: Any
    source: str | None
    warnings: tuple[str, ...]
    _noun: ClassVar[str] = "images"  # what is labelled

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        counts = [f"{name}: {n}" for name, n in self.counts.items()]
        parts = few(counts)
        patients = "" if self.groups is None else f", {len(set(self.groups))} patients"
        kind = type(self).__name__
        return f"<{kind} {self.name}: {len(self)} {self._noun} ({parts}){patients}>"

    def _repr_html_(self) -> str:
        from imgpipe.datasets.shown import show_labelled

        return show_labelled(self, self._facts(), self._pictures, self._below())

    def _facts(self) -> list[str]:
        """Say more than how many there are, for a notebook."""
        return []

    def _pictures(self, places: np.ndarray) -> str:
        """Give pictures of samples as HTML; blank where there is nothing to see."""
        return ""

    def _below(self) -> str:
        """Give what a notebook shows below the counts, as HTML."""
        return ""

    @property
    def where(self) -> str:
        """What errors begin with: the path if there is one."""
        return self.source or self.name

    @property
    def counts(self) -> dict[str, int]:
        """Images of each class."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    def take(self, indices: Any) -> Self:
        """Take the samples at some positions, by integers, a slice or a boolean mask."""
        if not isinstance(indices, slice):
            indices = np.asarray(indices)
            if indices.size == 0:
                indices = indices.astype(np.intp)

        def part(values: Any) -> Any:
            return None if values is None else values[indices]

        return self.changed(
            **self._samples(indices),
            labels=self.labels[indices],
            ids=self.ids[indices],
            groups=part(self.groups),
            split=part(self.split),
            columns={name: values[indices] for name, values in self.columns.items()},
        )

    def _samples(self, indices: Any) -> dict[str, Any]:
        """Give what is labelled at some positions, by the name of its field."""
        raise NotImplementedError

    def changed(self, **fields: Any) -> Self:
        """Give the same data set with some fields, as in the constructor, replaced."""
        own = {f.name: getattr(self, f.name) for f in dataclass_fields(self)}  # type: ignore[arg-type]
        return type(self)(**own | fields)

    def positions(self, part: str) -> np.ndarray:
        """Where the images of a part of the split stand; all of them where there is no split."""
        if self.split is None:
            return np.arange(len(self))
        return np.flatnonzero(self.split == part)

    def with_classes(self, classes: Sequence[str]) -> Self:
        """Give the same images with labels that index other `classes`, matched by name.

        An `InputError` names the classes of the images that are not among them.
        """
        unknown = sorted(name for name, n in self.counts.items() if n and name not in classes)
        if unknown:
            raise InputError(f"{self.where}: no class {some(unknown, 8)} among {some(classes, 12)}")
        position = {name: code for code, name in enumerate(classes)}
        codes = np.array([position.get(name, -1) for name in self.classes])
        return self.changed(labels=codes[self.labels], classes=tuple(classes))

    def with_positive(self, positive: str | None = None) -> Self:
        """Give the same images with the positive class last, whose sensitivity is asked for.

        Without a name it is, of two numbers, the larger; of two words, the one that does not say
        normal, healthy, negative, control, no, without or benign; else the last.

        Parameters
        ----------
        positive : str, optional
            Its name.

        Returns
        -------
        data set

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
            message = counted(
                len(torn),
                "{where}: {names}: {n} of {of} patients has images in more than one part of the "
                "given split; a patient belongs to one",
                "{where}: {names}: {n} of {of} patients have images in more than one part of the "
                "given split; a patient belongs to one",
                where=self.where,
                names=some(torn),
                of=len(parts),
            )
            fault("PAT002", message, torn)

    def _settle(self, n: int) -> None:
        """Check what is said of `n` samples: codes as integers, names as text, lengths equal."""
        settle = object.__setattr__
        self._settle_labels()
        settle(self, "classes", tuple(str(name) for name in self.classes))
        settle(self, "ids", np.asarray(np.arange(n) if self.ids is None else self.ids).astype(str))
        for kept in ("groups", "split"):
            if getattr(self, kept) is not None:
                settle(self, kept, given_names(self.where, kept, getattr(self, kept)))
        columns = {str(k): np.asarray(v).astype(str) for k, v in self.columns.items()}
        settle(self, "columns", columns)
        given = {kept: getattr(self, kept) for kept in ("labels", "ids", "groups", "split")}
        given |= {f"entries of column {name}": values for name, values in columns.items()}
        for kept, values in given.items():
            if values is not None and len(values) != n:
                raise InputError(f"{self.where}: {n} {self._noun} but {len(values)} {kept}")
        if n and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise InputError(f"{self.where}: labels must lie in 0..{len(self.classes) - 1}")
        self._check_split()

    def _settle_labels(self) -> None:
        """Keep labels as codes; names of classes become such."""
        settle = object.__setattr__
        labels = np.asarray(self.labels)
        if len(labels) and (not len(self.classes) or labels.dtype.kind in "USO"):
            self._encode(labels)
        elif len(labels):
            settle(self, "labels", whole(self.where, labels))
        else:
            settle(self, "labels", labels.astype(np.int64))

    def _encode(self, labels: np.ndarray) -> None:
        """Make codes of names, in the order of the classes where there is one."""
        given = tuple(self.classes) or None
        codes, classes, notes = encode(self.where, labels, given)
        order = classes if given else positive_last(self.where, classes)
        settle = object.__setattr__
        settle(self, "labels", np.array([order.index(name) for name in classes])[codes])
        settle(self, "classes", order)
        settle(self, "warnings", (*self.warnings, *notes))
