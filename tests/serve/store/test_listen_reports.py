"""The structured report beside an image."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from listen_peers import SUCCESS, dcmtk, image, kept_at, result, send, wait_for

pytest.importorskip("highdicom", reason="needs highdicom: pip install 'imgpipe[serve]'")

import highdicom
from highdicom.sr import EnhancedSR, MeasurementReport

from imgpipe import bundle, learn
from imgpipe.serve.listening import Listener

Listen = Callable[..., Listener]


def reported(listen: Listen, folder: Path, *images: Any, **how: Any) -> list[Path]:
    """Send images; their reports."""
    listener = listen(**how)
    assert {answer.Status for answer in send(listener.port, *images)} == {SUCCESS}
    wait_for(lambda: listener.counts["predicted"] + listener.counts["failed"] == len(images))
    return [kept_at(folder, each).with_name(f"{each.SOPInstanceUID}.sr.dcm") for each in images]


def test_highdicom_reads_what_was_predicted(listen: Listen, tmp_path: Path) -> None:
    """Class, probabilities, algorithm and image come back as they stand in the JSON."""
    given = image(1)
    (path,) = reported(listen, tmp_path / "in", given)
    told = result(tmp_path / "in", given)
    report = EnhancedSR.from_dataset(pydicom.dcmread(path))
    assert isinstance(report.content, MeasurementReport)
    (group,) = report.content.get_image_measurement_groups()
    numbers = {m.name.meaning: m.value for m in group.get_measurements()}
    for name, share in told["probabilities"].items():
        assert numbers[f"Probability of {name}"] == pytest.approx(share, abs=1e-12)
    assert numbers["Distance to the training images"] == pytest.approx(told["ood_distance"])
    words = {e.name.meaning: e.value for e in group.get_qualitative_evaluations()}
    assert words["Predicted class"].meaning == told["predicted"] == "bright"
    assert words["Predicted class"].scheme_version == told["model"]["sha256"][:12]
    assert words["Out of distribution (differs from the training images)"].meaning == "No"
    (source,) = group.source_images
    assert source.referenced_sop_instance_uid == given.SOPInstanceUID
    assert source.referenced_sop_class_uid == given.SOPClassUID
    ((study, series, instance, _),) = report.get_evidence()
    assert (study, series, instance) == (
        given.StudyInstanceUID,
        given.SeriesInstanceUID,
        given.SOPInstanceUID,
    )


def test_the_report_belongs_to_patient_and_study(listen: Listen, tmp_path: Path) -> None:
    """Their attributes are those of the image; series and instance are its own, and one series."""
    more = {"StudyDescription": "Thorax", "SpecificCharacterSet": "ISO_IR 100"}
    images = [image(n, PatientName="Müller^Ör", InstanceNumber=n + 4, **more) for n in (0, 1)]
    first, second = map(pydicom.dcmread, reported(listen, tmp_path / "in", *images))
    for keyword in ("PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
                    "StudyTime", "AccessionNumber", "StudyID", "StudyDescription"):  # fmt: skip
        assert first[keyword].value == images[0][keyword].value, keyword
    assert str(first.PatientName) == "Müller^Ör"
    assert (first.Modality, first.InstanceNumber) == ("SR", 4)
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != images[0].SeriesInstanceUID
    assert len({first.SOPInstanceUID, second.SOPInstanceUID, images[0].SOPInstanceUID}) == 3
    assert first.VerificationFlag == "UNVERIFIED"


@pytest.mark.full
def test_dsrdump_of_dcmtk_reads_it(listen: Listen, tmp_path: Path) -> None:
    """A toolkit that is not ours finds a valid Enhanced SR with the class and its use."""
    (path,) = reported(listen, tmp_path / "in", image(1))
    dump = subprocess.run(
        [dcmtk("dsrdump"), "+Pl", path], check=True, capture_output=True, text=True
    ).stdout
    assert "Enhanced SR Document" in dump
    assert '"Predicted class")=(class-1,99IMGPIPE[' in dump
    assert '"Comment")="For research use only; not for diagnosis."' in dump
    assert '"Algorithm Name")="levels.imgpipe"' in dump


def test_what_is_no_valid_dicom_is_left_out_and_told(listen: Listen, tmp_path: Path) -> None:
    """A header with dates and names that no file may hold still gets its report."""
    with pydicom.config.disable_value_validation():
        given = image(0, StudyDate="2.1.2026", PatientSex="female", StudyID="S" * 17)
        given.AccessionNumber, given.InstanceNumber = ["A1", "A2"], 1 << 31
        del given.PatientBirthDate
        (path,) = reported(listen, tmp_path / "in", given)
    report = pydicom.dcmread(path)
    assert (report.StudyDate, report.PatientSex, report.StudyID) == ("", "", "")
    assert (report.AccessionNumber, report.InstanceNumber) == ("", 1)
    assert report.PatientID == "P7"
    (warning,) = result(tmp_path / "in", given)["warnings"]
    for keyword in ("StudyDate", "PatientSex", "StudyID", "AccessionNumber"):
        assert keyword in warning
    assert "PatientBirthDate" not in warning


def test_long_names_of_classes_are_shortened(of_levels: learn.TrainedModel, tmp_path: Path) -> None:
    """A code means at most 64 characters without a backslash; the JSON has the name in full."""
    long, strange = ("confluent ground-glass opacity " * 3).strip(), "结节\\b"
    model = tmp_path / "named.imgpipe"
    bundle.save(replace(of_levels, classes=(long, strange)), model)
    with Listener(model, tmp_path / "in", port=0) as listener:
        assert send(listener.port, image(0), image(1))[0].Status == SUCCESS
        wait_for(lambda: listener.counts["predicted"] == 2)
    assert result(tmp_path / "in", image(0))["predicted"] == long
    assert result(tmp_path / "in", image(1))["predicted"] == strange
    meanings = []
    for n in (0, 1):
        path = kept_at(tmp_path / "in", image(n)).with_suffix(".sr.dcm")
        report = highdicom.sr.srread(path)
        (group,) = report.content.get_image_measurement_groups()
        meanings.append(group.get_qualitative_evaluations()[0].value.meaning)
    assert meanings == [long[:63] + "…", "结节/b"]


def test_only_what_is_asked_for_is_written(listen: Listen, tmp_path: Path) -> None:
    """With "sr" there is no JSON, but for an image that cannot be used; a start knows both."""
    bad = image(1, pixels=np.zeros((8, 8), np.uint8))
    reported(listen, tmp_path / "in", image(0), bad, results="sr")
    names = {path.name for path in kept_at(tmp_path / "in", bad).parent.iterdir()}
    uid, other = image(0).SOPInstanceUID, bad.SOPInstanceUID
    assert names == {f"{uid}.dcm", f"{uid}.sr.dcm", f"{other}.dcm", f"{other}.json"}


def test_a_start_makes_what_is_missing(levels: Path, tmp_path: Path) -> None:
    """Who asks for reports later gets them for images that have JSON only, and no others."""
    bad = image(1, pixels=np.zeros((8, 8), np.uint8))
    for results, again in (("json", 0), ("json", 0), ("both", 1), ("both", 0), ("sr", 0)):
        with Listener(levels, tmp_path / "in", port=0, results=results) as listener:
            assert listener.waiting == again
            if not kept_at(tmp_path / "in", bad).exists():
                send(listener.port, image(0), bad)
            listener.wait(idle=0.2)
            assert listener.waiting == 0
    assert kept_at(tmp_path / "in", image(0)).with_suffix(".sr.dcm").exists()
