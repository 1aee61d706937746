"""One thing that a file says beside its pixels."""

from typing import NamedTuple


class Said(NamedTuple):
    """An element that may identify a patient: which check it belongs to, its name and value."""

    code: str
    tag: str
    value: str


NAMES = "PHI001"
TRAITS = "PHI002"
DATES = "PHI003"
PLACES = "PHI004"
WORDS = "PHI005"
UIDS = "PHI006"
PRIVATE = "PHI007"
BURNED_IN = "PHI008"
OVERLAYS = "PHI009"
DOCUMENTS = "PHI010"
PATHS = "PHI011"
VOLUMES = "PHI012"
PICTURES = "PHI013"
UNSEEN = "PHI014"
