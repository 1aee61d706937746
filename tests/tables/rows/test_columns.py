"""Identifiers of DICOM images, hashed."""

from pathlib import Path

import pydicom
from pydicom.data import get_testdata_file

from imgpipe.images import identifiers
from imgpipe.tables.rows.columns import identifier_columns


def test_every_letter_of_a_salt_counts() -> None:
    """Salts that agree in their first 64 bytes give other hashes; one salt gives the same ones."""
    path = Path(str(get_testdata_file("CT_small.dcm")))
    rows = [identifiers(path), None]
    patient = str(pydicom.dcmread(path).PatientID)
    salts = ["a", "b", "x" * 64, "x" * 65, "x" * 64 + "y", "\N{SNOWMAN}", "\udcff"]
    hashes = [identifier_columns(rows, salt)["PatientID"][0] for salt in salts]
    assert len(set(hashes)) == len(salts)
    assert patient not in hashes
    assert identifier_columns(rows, "a")["PatientID"] == [hashes[0], ""]
    assert identifier_columns(rows, None)["PatientID"] == [patient, ""]
