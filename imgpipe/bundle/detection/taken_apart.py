"""A fitted detector as a manifest and members."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe import features
from imgpipe._common import InputError
from imgpipe.bundle.archive.card_check import as_card
from imgpipe.bundle.archive.container import MANIFEST
from imgpipe.bundle.archive.manifest import described
from imgpipe.bundle.detection.manifest import (
    CLASSES,
    DetectorManifest,
    Judged,
    Rate,
    Trained,
    to_json,
)
from imgpipe.bundle.writing.fitted_part import fitted_part, unwrapped
from imgpipe.bundle.writing.versions import written_by
from imgpipe.detect import DetectionRun, Detector


def members_of(
    detector: Detector, card: Mapping[str, Any] | None, run: DetectionRun | None
) -> dict[str, bytes]:
    """Give the content of each member, the manifest first."""
    if not hasattr(detector, "model_"):
        raise InputError("the Detector is not fitted; call fit(images, boxes) first")
    if list(detector.model_.classes_) != [0, 1]:
        raise InputError("the Detector's classifier does not tell 1, lesions, from 0")
    found = detector.fitted()
    look, rule, steps = found.look, found.hit, unwrapped(detector.model_)
    families = None if look.families is None else _listed(look.families, found.n_axes_)
    names = () if families is None else tuple(replace(look, families=families).names(found.n_axes_))
    fitted, graphs, arrays = _part(steps, len(names))
    low, high = look.sigmas
    manifest = DetectorManifest(
        model=found.model,
        axes=found.n_axes_,
        sigmas=(float(low), float(high)),
        polarity=look.polarity,
        candidates=look.most,
        patch_size=look.side,
        families=families,
        nms=float(found.nms),
        rule=rule.rule,
        overlap=None if rule.overlap is None else float(rule.overlap),
        radius=None if rule.radius is None else float(rule.radius),
        fitted=fitted,
        features=names,
        trained=Trained(
            detector.n_images_,
            detector.n_lesions_,
            detector.n_positive_,
            detector.n_negative_,
            float(detector.candidate_recall_),
        ),
        judged=None if run is None else judged(run),
        written_by=written_by(steps),
        card={} if card is None else as_card(card, CLASSES),
    )
    members = {f"{name}.onnx": content for name, content in graphs.items()}
    told = {name: described(content) for name, content in members.items()}
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        members[f"{name}.array"] = little.tobytes()
        told[f"{name}.array"] = described(members[f"{name}.array"], little)
    return {MANIFEST: to_json(replace(manifest, members=told)), **members}


def judged(run: DetectionRun) -> Judged:
    """Give what is kept of a run."""
    found = run.froc
    rates = tuple(
        Rate(
            float(each.false_positives),
            float(each.sensitivity),
            _finite(each.low),
            _finite(each.high),
            _finite(each.threshold),
        )
        for each in found.points
    )
    patients = found.patients if run.grouped else None
    return Judged(run.name, run.data_hash, found.images, patients, found.lesions, run.folds, rates)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _listed(families: tuple[str, ...], axes: int) -> tuple[str, ...]:
    """Families by name: what a group of them means depends on what is installed."""
    if not families:
        return ()
    return tuple(dict.fromkeys(each.family for each in features.catalogue(families, ndim=axes)))


def _part(steps: list[Any], n_features: int) -> Any:
    if len(steps) == 1 and hasattr(steps[0], "grad_cam"):
        from imgpipe.learn.networks.export import network_bytes

        return {"kind": "network"}, {"network": network_bytes(steps[0])}, {}
    return fitted_part(steps, n_features)
