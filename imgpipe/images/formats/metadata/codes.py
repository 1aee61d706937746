"""Kinds of what may identify a patient, by code."""

from typing import NamedTuple


class Identifying(NamedTuple):
    """What a code of `PRIVACY` says: a title, how grave it is, what it means and what would do."""

    title: str
    severity: str
    meaning: str
    remedy: str


_REMOVE = "Empty the tag with a tool for de-identification, before the files leave the hospital."
PRIVACY = {
    "PHI001": Identifying(
        "Names and numbers of the patient",
        "error",
        "Whoever has the files knows, or can look up, who the patient is.",
        f"{_REMOVE} A new number that only you can trace back may take the place of PatientID.",
    ),
    "PHI002": Identifying(
        "Age, sex, size and state of the patient",
        "note",
        "Alone these identify few people; with a date and a place they may.",
        "Keep what the study needs, and round it: ages above 89 are said as 90.",
    ),
    "PHI003": Identifying(
        "Dates and times",
        "warning",
        "The day of an examination, and of a birth all the more, leads to a patient.",
        "Shift all dates of a patient by one random number of days, or empty them.",
    ),
    "PHI004": Identifying(
        "People, institutions and machines",
        "warning",
        "Physicians, hospitals and serial numbers narrow down who the patient is.",
        _REMOVE,
    ),
    "PHI005": Identifying(
        "Free text",
        "warning",
        "People write names and diagnoses into descriptions and comments.",
        "Look with --show-values; empty the tag, or put fixed words there.",
    ),
    "PHI006": Identifying(
        "Unique identifiers",
        "note",
        "The hospital that gave them can find the patient by them.",
        "Replace each by a new one, the same in all files, so that series stay together.",
    ),
    "PHI007": Identifying(
        "Private elements",
        "warning",
        "Makers of scanners keep copies of names and dates in them.",
        "Remove all private elements but those whose content you know.",
    ),
    "PHI008": Identifying(
        "Annotations in the pixels",
        "warning",
        "Names that are written into the picture stay there whatever happens to the tags.",
        "Look at these images; black out what names the patient.",
    ),
    "PHI009": Identifying(
        "Overlays and graphics",
        "warning",
        "A drawing over the picture, or a small copy of it, may hold a name.",
        "Remove them, or look at each.",
    ),
    "PHI010": Identifying(
        "Reports and documents",
        "error",
        "A structured report or an embedded document speaks of the patient in its content.",
        "Leave these files out.",
    ),
    "PHI011": Identifying(
        "Names of files and folders",
        "error",
        "A path names the patient, and goes into tables, runs and reports as the image's id.",
        "Rename the files; imgpipe extract --hash-ids hides them in its table.",
    ),
    "PHI012": Identifying(
        "Texts in headers of volumes",
        "warning",
        "Programs that convert DICOM to NIfTI or NRRD copy descriptions, dates and names.",
        "Look with --show-values; write the header anew without them.",
    ),
    "PHI013": Identifying(
        "Texts in pictures",
        "warning",
        "Comments, authors, times and places of PNG, JPEG and TIFF files.",
        "Look with --show-values; save the picture anew without them.",
    ),
    "PHI014": Identifying(
        "What was not looked at",
        "note",
        "A table, a document or a damaged file may name a patient all the same.",
        "Look at these by hand.",
    ),
}
"""What `find_identifying` looks for, by code."""
