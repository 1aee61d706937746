"""Two masks of one image, checked, as measures take them."""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image, check_unmasked, is_distance, lengths

_BEYOND = 2**63
WHITE = (255, 65535)  # what programs of pictures write for "inside"


class Pair(NamedTuple):
    """Which pixels two masks of one shape have inside."""

    a: np.ndarray
    b: np.ndarray

    @property
    def counts(self) -> tuple[int, int]:
        return int(np.count_nonzero(self.a)), int(np.count_nonzero(self.b))


def pair_of(a: Any, b: Any, label: Any = None, names: tuple[str, str] = ("a", "b")) -> Pair:
    """Take two masks: what is nonzero is inside, or of label images one label.

    Raises an `InputError` where shapes differ, there is no pixel, values are no labels, or one
    mask holds several labels and none is chosen.
    """
    first, second = labels_of(a, names[0]), labels_of(b, names[1])
    check_alike(first, second, names)
    if label is not None:
        chosen = whole_label(label)
        return Pair(first == chosen, second == chosen)
    for values, name in zip((first, second), names, strict=True):
        _check_single(values, name)
    return Pair(first != 0, second != 0)


def labels_of(mask: Any, name: str) -> np.ndarray:
    """Take a mask or labels; floats must be whole numbers."""
    check_unmasked(mask, name)
    values = np.asarray(mask)
    if values.dtype.kind not in "biuf":
        raise InputError(f"{name} has dtype {values.dtype}; bool, or whole numbers, are masks")
    if values.ndim == 0 or values.size == 0:
        raise InputError(f"{name} has shape {values.shape}; a mask has axes, and pixels")
    if values.dtype.kind == "f":
        bad = ~np.isfinite(values)
        if bad.any():
            n = np.count_nonzero(bad)
            raise InputError(f"{name}: {n} of {values.size} values are NaN or infinite")
        if (parts := values != np.rint(values)).any():
            example = values[parts].flat[0]
            raise InputError(
                f"{name}: {np.count_nonzero(parts)} of {values.size} values are fractions "
                f"({example:g}); threshold it first, as in {name} > 0.5"
            )
    return values


def check_alike(a: np.ndarray, b: np.ndarray, names: tuple[str, str]) -> None:
    """Refuse masks of two shapes."""
    if a.shape != b.shape:
        raise InputError(
            f"{names[0]} has shape {a.shape}, but {names[1]} has {b.shape}; masks of one image "
            "are compared pixel by pixel"
        )


def whole_label(label: Any) -> int:
    """Take the number of a label."""
    if isinstance(label, bool | np.bool_) or not isinstance(label, int | np.integer) or label == 0:
        raise InputError(f"label={label!r}; labels are whole numbers, and 0 is outside")
    if not -_BEYOND <= label < _BEYOND:
        raise InputError(f"label={label!r} is beyond the integers of 64 bits")
    return int(label)


def known_spacing(spacing: Any, axes: int, masks: tuple[Any, Any]) -> tuple[float, ...]:
    """Take the distances of neighbouring pixels: as given, else those of an `Image`, else 1."""
    taken = lengths(spacing)
    if taken is None:
        own = {mask.spacing for mask in masks if isinstance(mask, Image) and mask.spacing}
        if len(own) > 1:
            raise InputError(f"masks of the spacings {sorted(own)}; say which with spacing=")
        taken = own.pop() if own else None
    if taken is None:
        return (1.0,) * axes
    if len(taken) != axes:
        raise InputError(f"spacing has {len(taken)} values for masks of {axes} axes")
    if not all(map(is_distance, taken)):
        raise InputError(f"spacing={taken}; lengths in mm above 0 are needed")
    return taken


def distinct(values: np.ndarray) -> list[int]:
    """Labels that are there, in order."""
    if values.dtype.kind == "b":
        return [1] if values.any() else []
    return [whole_label(int(value)) for value in np.unique(values) if value != 0]


def _check_single(values: np.ndarray, name: str) -> None:
    """Refuse several labels: taken together, they would agree where they are mixed up."""
    if values.dtype.kind == "b":
        return
    inside = values[values != 0]
    if inside.size and inside.min() != inside.max():
        some = ", ".join(map(str, distinct(values)[:4]))
        raise InputError(
            f"{name} holds several labels ({some}, ...); choose one with label=, take all "
            f"together with {name} != 0, or have a row for each by segment.measure"
        )
