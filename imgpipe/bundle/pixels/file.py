"""A pixel classifier to the members of a file and back."""

import os
import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import imgpipe
from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.archive.card_check import as_card
from imgpipe.bundle.archive.container import MANIFEST, packed
from imgpipe.bundle.archive.manifest import described
from imgpipe.bundle.archive.members import take_manifest
from imgpipe.bundle.pixels.manifest import PixelManifest, from_json, to_json
from imgpipe.bundle.pixels.trees import forest_of
from imgpipe.segment.pixel_classifier import PixelClassifier

_PACKAGES = ("numpy", "numba", "scikit-learn")
_FOREST = ("n_estimators", "max_depth", "min_samples_leaf", "class_weight", "random_state")


def write(
    model: PixelClassifier, path: str | os.PathLike[str], card: Mapping[str, Any] | None
) -> None:
    """Write a fitted classifier; the file appears whole or not at all, and only if it is read."""
    if Path(path).suffix.lower() != ".imgpipe":
        raise InputError(f"{path}: a PixelClassifier is kept as .imgpipe, without a pickle")
    try:
        members = _members(model, card)
        members_read(dict(members))
    except InputError as error:
        raise InputError(f"{path} is not written: {error}") from None
    with atomic_path(path) as scratch:
        Path(scratch).write_bytes(packed(members))


def members_read(members: dict[str, bytes]) -> tuple[PixelManifest, PixelClassifier]:
    """Take members of a file for a classifier, once all of it has been found true."""
    manifest = take_manifest(members, from_json)
    arrays = {
        name.removesuffix(".array"): np.frombuffer(members[name], told.dtype).reshape(
            told.shape or ()
        )
        for name, told in manifest.members.items()
    }
    model = PixelClassifier(
        manifest.scales,
        manifest.filters,
        unit=manifest.unit,
        spacing=manifest.spacing,
        channel_axis=manifest.channel_axis,
        **_forest_settings(manifest.forest),
    )
    model.forest_ = forest_of(manifest, arrays)
    model.classes_ = np.array(manifest.classes, np.int32)
    model.feature_names_ = manifest.features
    model.n_axes_, model.n_channels_ = manifest.axes, manifest.channels
    return manifest, model


def _members(model: PixelClassifier, card: Mapping[str, Any] | None) -> dict[str, bytes]:
    """Give the content of each member, the manifest first."""
    if not model.__sklearn_is_fitted__():
        raise InputError("the PixelClassifier is not fitted; call fit(image, scribbles) first")
    settings = model.settings
    classes = tuple(int(number) for number in model.classes_)
    manifest = PixelManifest(
        classes,
        model.n_axes_,
        model.n_channels_,
        settings.filters,
        settings.scales,
        settings.unit,
        None if model.spacing is None else tuple(map(float, model.spacing)),
        None if model.channel_axis is None else int(model.channel_axis),
        {name: _plain(name, getattr(model, name)) for name in _FOREST},
        _written_by(),
        {} if card is None else as_card(card, tuple(map(str, classes))),
    )
    members, told = {}, {}
    for name, array in model.forest_.arrays().items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        members[f"trees.{name}.array"] = little.tobytes()
        told[f"trees.{name}.array"] = described(members[f"trees.{name}.array"], little)
    return {MANIFEST: to_json(replace(manifest, members=told)), **members}


def _plain(name: str, value: Any) -> Any:
    """Write a setting of the forest as JSON has it."""
    if isinstance(value, np.integer | np.floating):
        value = value.item()
    if isinstance(value, dict):
        return [[int(key), float(weight)] for key, weight in value.items()]
    if name == "random_state" and not isinstance(value, int | None):
        raise InputError(f"random_state is a {type(value).__name__}; a whole number can be kept")
    return value


def _forest_settings(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings of the forest as they were."""
    weights = told["class_weight"]
    found = dict(told)
    if isinstance(weights, list):
        found["class_weight"] = {int(key): float(weight) for key, weight in weights}
    return found


def _written_by() -> dict[str, str]:
    numbers = {"imgpipe": imgpipe.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            numbers[name] = "unknown"
    return numbers
