"""A detector to the members of a file and back."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.archive.bundled import MOST_MEMORY, MOST_WORK
from imgpipe.bundle.archive.container import packed
from imgpipe.bundle.archive.members import take_manifest
from imgpipe.bundle.archive.parts import check_parts
from imgpipe.bundle.detection.manifest import DetectorManifest, from_json
from imgpipe.bundle.inference.checked_output import CheckedOutput
from imgpipe.bundle.inference.fitted import fitted_of
from imgpipe.detect.fitted import FittedDetector

if TYPE_CHECKING:
    from imgpipe.detect import DetectionRun, Detector


def write(
    detector: "Detector",
    path: str | os.PathLike[str],
    card: Mapping[str, Any] | None,
    run: "DetectionRun | None",
) -> None:
    """Write a fitted detector; the file appears whole, and only if it finds what the detector does.

    Raises
    ------
    InputError
        For a pickle, an unfitted detector, and a classifier that no bundle holds.
    """
    from imgpipe.bundle.detection.gate import check
    from imgpipe.bundle.detection.taken_apart import members_of

    if Path(path).suffix.lower() != ".imgpipe":
        raise InputError(f"{path}: a Detector is kept as .imgpipe, without a pickle")
    try:
        members = members_of(detector, card, run)
        check(detector, members_read(dict(members))[1])
    except InputError as error:
        told = str(error).replace("keep the model in a .joblib file", "give the Detector another")
        raise InputError(f"{path} is not written: {told}") from None
    with atomic_path(path) as scratch:
        Path(scratch).write_bytes(packed(members))


def members_read(members: dict[str, bytes]) -> tuple[DetectorManifest, FittedDetector]:
    """Take members of a file for a detector, once all of it has been found true."""
    told = take_manifest(members, from_json)
    graphs: dict[str, bytes] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, member in told.members.items():
        stem, _, suffix = name.rpartition(".")
        if suffix == "onnx":
            graphs[stem] = members[name]
        else:
            arrays[stem] = np.frombuffer(members[name], member.dtype).reshape(member.shape or ())
    cost = check_parts(told.of_candidates, graphs, arrays)
    if extra := sorted(name for name in arrays if name.partition(".")[0] in _OF_IMAGES):
        raise InputError(f"holds {extra[0]}, which no detector has")
    rows = max(1, min(MOST_MEMORY // max(cost.bytes, 1), MOST_WORK // max(cost.work, 1)))
    classify = CheckedOutput(fitted_of(told.fitted, graphs, arrays), 2, rows)
    detector = FittedDetector(told.look, told.axes, told.nms, classify, told.model, told.hit)
    judged = told.judged
    if judged is None:
        return told, detector
    thresholds = tuple(
        (each.false_positives, np.inf if each.threshold is None else each.threshold)
        for each in judged.rates
    )
    return told, replace(detector, thresholds=thresholds, data_hash=judged.data_hash)


_OF_IMAGES = ("digests", "summary", "cases")
