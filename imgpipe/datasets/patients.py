"""Patients of volumes where no column names them."""

from collections.abc import Sequence

from imgpipe._common.texts import Text, say
from imgpipe.images import ImageFile, identifiers


def patients_of_volumes(
    files: Sequence[ImageFile], names: Sequence[str], sliced: bool
) -> tuple[list[str] | None, list[Text]]:
    """Give the PatientID of DICOM files; the volume itself where there is none.

    Parameters
    ----------
    files : sequence of ImageFile
    names : sequence of str
        What they are called.
    sliced : bool
        Whether one may give several images, which then belong together.

    Returns
    -------
    tuple
        A patient for each file, or None where each would be its own; and what a reader should know.
    """
    said = [(identifiers(file.path) or ("",))[0] for file in files]
    n = sum(map(bool, said))
    if not n and not sliced:
        return None, []
    who = [patient or name for patient, name in zip(said, names, strict=True)]
    if not n:
        told = say("no column names the patient: each volume was taken for one")
    elif n == len(who):
        told = say("no column names the patient: DICOM's PatientID does")
    else:
        told = say(
            "no column names the patient: DICOM's PatientID does in {n} of {of} volumes, and each "
            "other was taken for one",
            n=n,
            of=len(who),
        )
    return who, [told]
