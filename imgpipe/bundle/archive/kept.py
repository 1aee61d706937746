"""What a bundle keeps of the training: digests, a summary of the features, and single images.

By default nothing names an image or a patient. The manifest holds the texts, arrays the numbers:
``digests`` of all images fitted, ``summary.*``, and ``cases.*`` where images were asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe.bundle.archive.refusing import excerpt
from imgpipe.learn.cases import KEPT_SIDE, MOST, TrainingCases
from imgpipe.learn.feature_summary import BACKGROUND, FeatureSummary, block_of

if TYPE_CHECKING:
    from imgpipe.learn.trained import TrainedModel

Arrays = Mapping[str, np.ndarray]
DIGEST = 16  # bytes


@dataclass(frozen=True)
class SummaryTexts:
    """Units of the features, and names of the groups that go together."""

    units: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class CaseTexts:
    """Training images by name, `of` so many; `shape` is that of their small pictures."""

    ids: tuple[str, ...]
    patients: tuple[str, ...] | None
    spacing: tuple[float, ...] | None
    of: int
    shape: tuple[int, int]


@dataclass(frozen=True)
class Kept:
    """What the manifest says of the training."""

    summary: SummaryTexts | None = None
    cases: CaseTexts | None = None


def to_members(model: "TrainedModel") -> tuple[Kept, dict[str, np.ndarray]]:
    """Give what a model keeps of its training, as texts and arrays."""
    summary, cases = model.summary, model.cases
    texts, arrays = None, {}
    if model.trained_on is not None:
        arrays["digests"] = _bytes_of(model.trained_on)
    if summary is not None:
        texts = SummaryTexts(summary.units, summary.groups)
        arrays |= {f"summary.{name}": getattr(summary, name) for name in _SUMMARY}
    if cases is None:
        return Kept(texts), arrays
    arrays["cases.labels"] = cases.labels
    arrays["cases.features"] = cases.features
    arrays["cases.digests"] = _bytes_of(cases.digests)
    if cases.sheet is not None:
        arrays["cases.sheet"] = cases.sheet
    patients = None if cases.patients is None else tuple(map(_printable, cases.patients))
    ids = tuple(map(_printable, cases.ids))
    return Kept(texts, CaseTexts(ids, patients, cases.spacing, cases.of, cases.shape)), arrays


def from_members(
    kept: Kept, arrays: Arrays, names: tuple[str, ...], n_classes: int
) -> dict[str, Any]:
    """Give the parts of a `TrainedModel` that `to_members` wrote.

    Parameters
    ----------
    kept : Kept
        From the manifest.
    arrays : dict of str to ndarray
        All of the bundle.
    names : tuple of str
        Of the features.
    n_classes : int
        Of the model.

    Raises
    ------
    InputError
        For numbers and texts that do not belong together.
    """
    told = {name for name in arrays if name.partition(".")[0] in ("digests", "summary", "cases")}
    found: dict[str, Any] = {"trained_on": None, "summary": None, "cases": None}
    if "digests" in told:
        found["trained_on"] = _digests(_taken(arrays, "digests", (None, DIGEST)))
        told.remove("digests")
    if kept.summary is not None:
        found["summary"] = _summary(kept.summary, arrays, names, n_classes)
        told -= {f"summary.{name}" for name in _SUMMARY}
    if kept.cases is not None:
        found["cases"] = _cases(kept.cases, kept.summary, arrays, names, n_classes)
        told -= {f"cases.{name}" for name in _CASES}
    if told:
        raise InputError(f"{sorted(told)[0]} stands beside a manifest that does not tell of it")
    return found


_SUMMARY = ("group_of", "rows", "quartiles", "span")
_CASES = ("labels", "features", "digests", "sheet")


def _summary(
    texts: SummaryTexts, arrays: Arrays, names: tuple[str, ...], n_classes: int
) -> FeatureSummary:
    f, g = len(names), len(texts.groups)
    if len(texts.units) != f or not 1 <= g <= f:
        raise InputError(
            f"kept.summary has {len(texts.units)} units and {g} groups for {f} features"
        )
    known = set(names) | {block_of(name) for name in names}
    for name in texts.groups:
        if name not in known:
            raise InputError(f"kept.summary.groups has {excerpt(name)}, which is no feature")
    group_of = _taken(arrays, "summary.group_of", (f,))
    if not 0 <= group_of.min() <= group_of.max() < g:
        raise InputError(f"summary.group_of names another than the {g} groups")
    rows = _taken(arrays, "summary.rows", (None, f))
    if not 1 <= len(rows) <= max(BACKGROUND, n_classes):
        raise InputError(f"summary.rows has {len(rows):,} rows")
    quartiles = _taken(arrays, "summary.quartiles", (n_classes, g, 3))
    span = _taken(arrays, "summary.span", (g, 2))
    return FeatureSummary(names, texts.units, texts.groups, group_of, rows, quartiles, span)


def _cases(
    texts: CaseTexts,
    summary: SummaryTexts | None,
    arrays: Arrays,
    names: tuple[str, ...],
    n_classes: int,
) -> TrainingCases:
    n = len(texts.ids)
    patients, spacing, (height, width) = texts.patients, texts.spacing, texts.shape
    sound = (
        1 <= n <= MOST and texts.of >= n,
        patients is None or len(patients) == n,
        spacing is None or (1 <= len(spacing) <= 3 and min(spacing) > 0),
        0 <= min(height, width) <= max(height, width) <= KEPT_SIDE,
    )
    if not all(sound):
        raise InputError("kept.cases says what no training gives")
    labels = _taken(arrays, "cases.labels", (n,))
    if not 0 <= labels.min() <= labels.max() < n_classes:
        raise InputError(f"cases.labels names another than the {n_classes} classes")
    sheet = None
    if "cases.sheet" in arrays:
        sheet = _taken(arrays, "cases.sheet", (None,))
        if not min(height, width):
            raise InputError("kept.cases.shape has no pixels for the pictures of cases.sheet")
    return TrainingCases(
        texts.ids,
        labels,
        _digests(_taken(arrays, "cases.digests", (n, DIGEST))),
        patients,
        spacing,
        texts.of,
        names,
        ("",) * len(names) if summary is None else summary.units,
        _taken(arrays, "cases.features", (n, len(names))),
        sheet,
        texts.shape,
    )


def _taken(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """Give an array that is as long as the texts beside it; the rest is in the table of arrays."""
    if name not in arrays:
        raise InputError(f"{name} is missing")
    array = arrays[name]
    for wanted, found in zip(shape, array.shape, strict=True):
        if wanted not in (None, found):
            raise InputError(f"{name} has the shape {array.shape}; {found} should be {wanted}")
    return array


def _printable(name: str) -> str:
    """Write a name so that a manifest takes it: a file's name may hold anything."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown(name))


def _bytes_of(digests: tuple[str, ...]) -> np.ndarray:
    return np.frombuffer(bytes.fromhex("".join(digests)), np.uint8).reshape(-1, DIGEST)


def _digests(array: np.ndarray) -> tuple[str, ...]:
    text, letters = array.tobytes().hex(), 2 * DIGEST
    return tuple(text[start : start + letters] for start in range(0, len(text), letters))
