"""A prediction as a DICOM structured report: Enhanced SR, template TID 1500 "Measurement Report".

Its one measurement group (TID 1501) refers to the image; the class is a qualitative evaluation, the
probabilities are measurements, and the model is the algorithm. UIDs follow from those of the image
and the model's digest, so that a report written twice is one report.
"""

import io
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import imgpipe
from imgpipe.serve.store.record import RESEARCH, Record

_SCHEME = "99IMGPIPE"  # codes of our own, whose version is the model
_LONGEST_MEANING = 64
_SERIES_NUMBER = 9001
_SEXES = ("M", "F", "O", "")
# what patient and study are called; highdicom asks for all of the first
_NEEDED = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
_COPIED = ("IssuerOfPatientID", "PatientAge", "PatientIdentityRemoved", "DeidentificationMethod",
           "StudyDescription")  # fmt: skip
HEADER = (*_NEEDED, *_COPIED, "SpecificCharacterSet", "InstanceNumber")


def report_of(record: Record, header: Any, time: datetime) -> tuple[bytes, list[str]]:
    """Write the report as a DICOM file; name the elements of the header that no file may hold.

    Parameters
    ----------
    record : Record
        A prediction, not an error.
    header : pydicom.Dataset
        Elements of the image; those of `HEADER` are looked at.
    time : datetime
        When it was predicted.
    """
    from highdicom.sr import EnhancedSR
    from pydicom import dcmwrite

    evidence, left_out = _evidence(record, header)
    report = EnhancedSR(
        evidence=[evidence],
        content=_content(record),
        series_instance_uid=_own_uid("series", record.image.series, record),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=_own_uid("report", record.image.sop_instance, record),
        instance_number=_instance_number(header),
        manufacturer="imgpipe",
        manufacturer_model_name=_short(record.model.name),
        software_versions=imgpipe.__version__,
        series_description="Predicted classes, for research use only",
        specific_character_set="ISO_IR 192",
        content_date=time.date(),
        content_time=time.time(),
        is_complete=True,
    )
    file = io.BytesIO()
    dcmwrite(file, report, enforce_file_format=True)
    return file.getvalue(), left_out


def _evidence(record: Record, header: Any) -> tuple[Any, list[str]]:
    """Give what the report takes over from the image, and what it does not."""
    from pydicom import Dataset

    found, left_out = Dataset(), []
    found.SOPClassUID, found.SOPInstanceUID = record.image.sop_class, record.image.sop_instance
    found.StudyInstanceUID, found.SeriesInstanceUID = record.image.study, record.image.series
    for keyword in (*_NEEDED, *_COPIED):
        value = _valid(keyword, header)
        if value is None:
            left_out.append(keyword)
        if value or keyword in _NEEDED:
            setattr(found, keyword, value or "")
    return found, left_out


def _valid(keyword: str, header: Any) -> str | None:
    """Text of an element, empty where there is none, None where it is not as DICOM has it."""
    from pydicom.config import RAISE
    from pydicom.datadict import dictionary_VR
    from pydicom.multival import MultiValue
    from pydicom.valuerep import validate_value

    try:
        value = header.get(keyword) or ""
        if isinstance(value, MultiValue):  # of several patients it is the report of none
            return None
        text = str(value)
        validate_value(dictionary_VR(keyword), text, RAISE)
    except Exception:  # pydicom converts when it is asked, and raises what it stumbles over
        return None
    return None if keyword == "PatientSex" and text not in _SEXES else text


def _instance_number(header: Any) -> int:
    try:
        number = int(header.get("InstanceNumber") or 1)
    except Exception:  # pydicom converts when it is asked, and raises what it stumbles over
        return 1
    return number if 1 <= number < 1 << 31 else 1


def _content(record: Record) -> Any:
    """Give the tree of the report."""
    from highdicom import sr
    from pydicom.sr.codedict import codes

    algorithm = sr.AlgorithmIdentification(
        record.model.name, record.model.version, [f"SHA-256 of the model: {record.model.sha256}"]
    )
    image = sr.SourceImageForMeasurementGroup(record.image.sop_class, record.image.sop_instance)
    group = sr.MeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(
            uid=_own_uid("group", record.image.sop_instance, record), identifier="image"
        ),
        algorithm_id=algorithm,
        measurements=_measurements(record),
        qualitative_evaluations=_evaluations(record),
        source_images=[image],
    )
    group[0].ContentSequence.extend(
        sr.TextContentItem(codes.DCM.Comment, text, sr.RelationshipTypeValues.CONTAINS)
        for text in (RESEARCH, *record.warnings)
    )
    observer = sr.DeviceObserverIdentifyingAttributes(
        uid=_own_uid("device", "", record),
        name="imgpipe",
        manufacturer_name="imgpipe",
        model_name=record.model.name,
    )
    return sr.MeasurementReport(
        sr.ObservationContext(sr.ObserverContext(codes.DCM.Device, observer)),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=[group],
    )


def _measurements(record: Record) -> Sequence[Any]:
    """Probabilities, and the distance to the training images where it is known."""
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes

    named = [
        (f"probability-{k}", f"Probability of {name}", share)
        for k, (name, share) in enumerate((record.probabilities or {}).items())
    ]
    if record.ood_distance is not None:
        named.append(("ood-distance", "Distance to the training images", record.ood_distance))
    return [
        Measurement(_code(record, value, meaning), number, codes.UCUM.NoUnits)
        for value, meaning, number in named
    ]


def _evaluations(record: Record) -> Sequence[Any]:
    """The class, and whether the image differs from the training images where that is known."""
    from highdicom.sr import QualitativeEvaluation
    from pydicom.sr.codedict import codes

    classes = list(record.probabilities or {})
    predicted = str(record.predicted)
    value = _code(record, f"class-{classes.index(predicted)}", predicted)
    found = [QualitativeEvaluation(_code(record, "predicted", "Predicted class"), value)]
    if record.ood is not None:
        told = codes.SCT.Yes if record.ood else codes.SCT.No
        name = _code(record, "ood", "Out of distribution (differs from the training images)")
        found.append(QualitativeEvaluation(name, told))
    return found


def _code(record: Record, value: str, meaning: str) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept(value, _SCHEME, _short(meaning), record.model.version)


def _short(text: str) -> str:
    """Cut a text to what a code may mean; a backslash would make two values of it."""
    text = text.replace("\\", "/").strip() or "?"
    return text if len(text) <= _LONGEST_MEANING else text[: _LONGEST_MEANING - 1] + "…"


def _own_uid(what: str, of: str, record: Record) -> str:
    """Make a UID from a UUID (PS3.5 B.2) that is the same for the same image and model."""
    name = f"imgpipe {what} {of} {record.model.sha256}"
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, name).int}"
