"""Which series is meant: by its UID, or by what the headers of its files say."""

from dataclasses import dataclass
from typing import Any

from imgpipe._common import InputError
from imgpipe.images.formats.dicom.elements import text

KEYS = {
    "modality": "Modality",
    "description": "SeriesDescription",
    "number": "SeriesNumber",
    "patient": "PatientID",
    "study": "StudyInstanceUID",
    "uid": "SeriesInstanceUID",
}
_PARTS = ("description",)  # of these a part is enough


@dataclass(frozen=True)
class SeriesChoice:
    """What a series must say of itself: words by the keys of `KEYS`, letter case aside."""

    told: str
    wanted: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.told

    def meets(self, name: str, dataset: Any) -> bool:
        """Whether a file is of the series that is meant."""
        return self.fits({key: text(name, dataset, keyword) for key, keyword in KEYS.items()})

    def fits(self, said: dict[str, str]) -> bool:
        """Whether what a series says of itself, by key, is what is wanted."""
        for key, value in self.wanted:
            found, asked = said.get(key, "").casefold(), value.casefold()
            if not (asked in found if key in _PARTS else asked == found):
                return False
        return True


def choice_of(series: str | None) -> SeriesChoice | None:
    """Read a choice: a UID, or ``key=word`` with commas between several.

    Parameters
    ----------
    series : str or None
        None means whatever is there.

    Raises
    ------
    InputError
        If a key is unknown or its word missing.

    Examples
    --------
    >>> choice_of("modality=CT, description=chest").wanted
    (('modality', 'CT'), ('description', 'chest'))
    >>> choice_of("1.2.840.7").wanted
    (('uid', '1.2.840.7'),)
    """
    if series is None:
        return None
    told = str(series).strip()
    wanted = []
    for part in told.split(","):
        key, equals, word = (piece.strip() for piece in part.partition("="))
        if not equals:
            key, word = "uid", key
        key = key.casefold()
        if key not in KEYS or not word:
            raise InputError(
                f"series {told!r}: give its SeriesInstanceUID, or {', '.join(KEYS)} with a word, "
                "as in modality=CT or modality=CT,description=chest"
            )
        wanted.append((key, word))
    return SeriesChoice(told, tuple(wanted))
