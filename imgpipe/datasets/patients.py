"""Patients of images where no column names them."""

from collections.abc import Sequence

from imgpipe._common.texts import Text, say
from imgpipe.images import ImageFile, identifiers


def patients_of_files(
    files: Sequence[ImageFile], names: Sequence[str], together: bool
) -> tuple[list[str] | None, list[Text]]:
    """Give the PatientID of DICOM files; the file itself where there is none.

    An export without names often has one PatientID for all: that one says nothing.

    Parameters
    ----------
    files : sequence of ImageFile
    names : sequence of str
        What they are called.
    together : bool
        Whether one may give several images, which then belong together.

    Returns
    -------
    tuple
        A patient for each file, or None where each would be its own; and what a reader should know.
    """
    said = [(identifiers(file.path, series=file.series) or ("",))[0] for file in files]
    known, n = set(said) - {""}, len(said)
    told = []
    if len(known) == 1 and n > 1 and all(said):
        told.append(
            say(
                "no column names the patient, and DICOM's PatientID is the same in all {n} files "
                "or series: it was not used",
                n=n,
            )
        )
        said, known = [""] * n, set()
    if not known and not together:
        return None, told
    who = [patient or name for patient, name in zip(said, names, strict=True)]
    if not known:
        told.append(say("no column names the patient: each volume was taken for one"))
    elif all(said):
        told.append(say("no column names the patient: DICOM's PatientID does"))
    else:
        told.append(
            say(
                "no column names the patient: DICOM's PatientID does in {n} of {of} files or "
                "series, and each other was taken for one",
                n=sum(map(bool, said)),
                of=n,
            )
        )
    return who, told
