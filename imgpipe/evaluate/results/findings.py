"""What a check found in the data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One fault, or what may be one, of a data set or of a comparison.

    `code` names the check, as in ``docs/checks.md``. `severity` is ``"error"`` (scores cannot be
    trusted), ``"warning"`` (they may be too good) or ``"note"``. `ids` name the images or patients
    concerned; `pairs` are ids of images that look alike.
    """

    code: str
    severity: str
    message: str
    ids: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
