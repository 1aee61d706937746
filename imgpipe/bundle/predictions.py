"""What a model said of images: as values, as a table, as text. Light to import."""

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from imgpipe._common import InputError, few, needed_for
from imgpipe._common.texts import Text, counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """Class and probabilities of each image, or the reason why there are none.

    Parameters
    ----------
    ids : tuple of str
        The path as given, or the index in the array.
    classes : tuple of str
        Names of the columns of `probabilities`.
    predicted : tuple of (str or None)
        The most probable class, or the one that `threshold` gives; None for an image that cannot be
        used.
    probabilities : ndarray of float64, shape (n, k)
        NaN for an image that cannot be used.
    errors : tuple of str
        In one line that names the image; empty for an image that was predicted.
    warnings : tuple of str
        What was passed over, or taken for something else.
    ood_distance : ndarray of float64, shape (n,), or None
        How far each image is from those of the training, by its features: beyond 1 it is flagged
        (`ood`). NaN for an image that cannot be used; None where the model cannot tell.
    threshold : float or None
        Of two classes the second, the positive one, is predicted where its probability is at least
        this; None where the most probable class is.
    codes : tuple of str
        Of the reasons in `errors`: docs/batches.md. Where none are given, all are ``UNUSABLE``.

    Examples
    --------
    >>> import sys
    >>> import numpy as np
    >>> from imgpipe.bundle import Predictions
    >>> told = Predictions(("7.png",), ("no", "yes"), ("yes",), np.array([[0.25, 0.75]]), ("",))
    >>> told.write_csv(sys.stdout)
    id,predicted,p_no,p_yes,error_code,error
    7.png,yes,0.25,0.75,,
    >>> told.to_records()  # doctest: +ELLIPSIS
    [{'id': '7.png', 'predicted': 'yes', 'p_no': 0.25, 'p_yes': 0.75, 'error_code': '', ...}]
    """

    ids: tuple[str, ...]
    classes: tuple[str, ...]
    predicted: tuple[str | None, ...]
    probabilities: np.ndarray
    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    ood_distance: np.ndarray | None = None
    threshold: float | None = None
    codes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        each = [f"{name}: {sum(p == name for p in self.predicted)}" for name in self.classes]
        counts = few(each)
        failed = sum(map(bool, self.errors))
        errors = f", {failed} with errors" if failed else ""
        flagged = sum(map(bool, self.ood or ()))
        ood = f", {flagged} out of distribution" if flagged else ""
        return f"<Predictions: {len(self)} images ({counts}){errors}{ood}>"

    def _repr_html_(self) -> str:
        from imgpipe.bundle.shown import show_predictions

        return show_predictions(self)

    @property
    def ood(self) -> tuple[bool | None, ...] | None:
        """Whether each image is out of distribution: unlike those of the training.

        None for an image that cannot be used, and in place of all where the model cannot tell.
        """
        if self.ood_distance is None:
            return None
        return tuple(None if math.isnan(far) else far > 1.0 for far in self.ood_distance.tolist())

    def flagged(self) -> list[str]:
        """Name the images that are out of distribution.

        Returns
        -------
        list of str
        """
        return [name for name, far in zip(self.ids, self.ood or (), strict=False) if far]

    def columns(self) -> dict[str, list[Any]]:
        """Give the columns of the table, as plain values.

        Returns
        -------
        dict of str to list
            ``id``, ``predicted``, ``p_<class>`` for each class, ``threshold`` where one was asked
            for, ``ood_distance`` and ``ood`` where the model can tell, ``error_code``, ``error``.
            A probability that there is not is NaN, a class None.
        """
        shares = {f"p_{name}": self.probabilities[:, i] for i, name in enumerate(self.classes)}
        return {
            "id": list(self.ids),
            "predicted": list(self.predicted),
            **{name: column.tolist() for name, column in shares.items()},
            **({} if self.threshold is None else {"threshold": [self.threshold] * len(self)}),
            **self._novelty(),
            "error_code": list(self.codes or ["UNUSABLE" if e else "" for e in self.errors]),
            "error": list(self.errors),
        }

    def _novelty(self) -> dict[str, list[Any]]:
        if self.ood_distance is None or self.ood is None:
            return {}
        return {"ood_distance": self.ood_distance.tolist(), "ood": list(self.ood)}

    @needed_for("a table (to_frame)")
    def to_frame(self) -> "pd.DataFrame":
        """One row an image.

        Returns
        -------
        DataFrame
            Those of `columns`.
        """
        import pandas as pd

        return pd.DataFrame(self.columns())

    def to_records(self) -> list[dict[str, Any]]:
        """One dict an image, as JSON takes it: None for what there is not.

        Returns
        -------
        list of dict
        """
        columns = self.columns()
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, map(_or_none, row), strict=True)) for row in rows]

    def write_csv(self, stream: TextIO, *, header: bool = True) -> None:
        """Write a line an image, below one of names; a cell is empty for what there is not.

        Parameters
        ----------
        stream : text stream
            A file is to be opened with ``newline=""``.
        header : bool
            Write the names; of several parts only the first has them.
        """
        columns = self.columns()
        writer = csv.writer(stream, lineterminator=os.linesep)
        if header:
            writer.writerow(columns)
        writer.writerows(map(_or_none, row) for row in zip(*columns.values(), strict=True))


def as_threshold(threshold: Any, classes: Sequence[str]) -> float | None:
    """Refuse a threshold that nothing could be told by."""
    if threshold is None:
        return None
    if len(classes) != 2:
        raise InputError(
            f"a threshold divides two classes, and the model has {len(classes)} ({few(classes)}): "
            "leave it out, and choose by the probabilities"
        )
    known = isinstance(threshold, float | int | np.number) and not isinstance(threshold, bool)
    if not known or not 0 <= threshold <= 1:
        raise InputError(f"threshold is {threshold!r}; give a probability, from 0 to 1")
    return float(threshold)


def flagged_note(flagged: Sequence[str], total: int) -> list[Text]:
    """Warn of images that are out of distribution."""
    if not flagged:
        return []
    return [
        counted(
            len(flagged),
            "{n} of {of} images is out of distribution (differs from the training images): {ids}; "
            "do not rely on its class",
            "{n} of {of} images are out of distribution (differ from the training images): {ids}; "
            "do not rely on their classes",
            of=total,
            ids=few(flagged, 3),
        )
    ]


def chosen(shares: np.ndarray, threshold: float | None) -> int:
    """Give the code of the class to which an image is put by its probabilities."""
    return int(shares.argmax() if threshold is None else shares[1] >= threshold)


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
