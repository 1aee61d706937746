"""A bundle as a model: read, checked, and ready to predict. Light to import."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.kept import from_members
from imgpipe.bundle.archive.refusing import refusing
from imgpipe.bundle.archive.steps import from_settings
from imgpipe.bundle.inference.checked_output import CheckedOutput
from imgpipe.bundle.inference.fitted import fitted_of
from imgpipe.bundle.inference.novelty import from_bundle
from imgpipe.bundle.inference.pipeline import BundledPipeline
from imgpipe.bundle.inference.regions import region_from
from imgpipe.learn.trained import TrainedModel


def open_bundle(path: str | os.PathLike[str]) -> tuple[TrainedModel, Mapping[str, Any]]:
    """Read a ``.imgpipe`` file, which runs nothing hidden in it: the model, and its card.

    Raises
    ------
    InputError
        If it was damaged or changed, or written in another format.
    """
    return model_of(Bundled.read(path), path)


def model_of(
    bundled: Bundled, path: str | os.PathLike[str]
) -> tuple[TrainedModel, Mapping[str, Any]]:
    """Make a model of a bundle that was read from `path`, and give it with its card."""
    with refusing(path):
        return _model(bundled), bundled.manifest.card


def _model(bundled: Bundled) -> TrainedModel:
    told = bundled.manifest
    expected = told.expected
    filters, extraction = from_settings(told.steps, expected, told.features)
    part = fitted_of(told.fitted, bundled.graphs, bundled.arrays)
    fitted = CheckedOutput(part, len(told.codes), bundled.rows)
    segment = region_from(told.steps, expected)
    pipeline = BundledPipeline(
        np.asarray(told.codes), filters, extraction, told.features, fitted, segment
    )
    return TrainedModel(
        pipeline,
        told.classes,
        expected.channel_axis,
        expected.image_shape,
        expected.dtype,
        expected.size,
        warnings=told.warnings,
        region=expected.region,
        **from_members(told.kept, bundled.arrays, told.features, len(told.classes)),
        novelty=from_bundle(told, bundled.arrays),
        fit=expected.fit,
        slices=expected.slices,
        unit=expected.unit,
        any_size=expected.any_size,
    )
