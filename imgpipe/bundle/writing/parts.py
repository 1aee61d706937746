"""A fitted pipeline taken apart: filters, extraction, and the fitted part as arrays or a graph."""

from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.kept import to_members
from imgpipe.bundle.archive.manifest import Expected, Manifest
from imgpipe.bundle.archive.region import Region
from imgpipe.bundle.archive.steps import to_settings
from imgpipe.bundle.writing.fitted_part import Part, fitted_part, unwrapped
from imgpipe.bundle.writing.novelty import to_bundle
from imgpipe.bundle.writing.selftest import selftest_of
from imgpipe.bundle.writing.versions import written_by
from imgpipe.features import catalogue
from imgpipe.images.windows import OF_THE_FILE, chosen_window
from imgpipe.learn.filters import Filter
from imgpipe.learn.segment import Segment
from imgpipe.learn.transformers import FeatureExtractor
from imgpipe.segment.choosing import defaults_of

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


def taken_apart(model: "TrainedModel", card: dict[str, Any]) -> Bundled:
    """Make the bundle of a model: filters, then features and what learnt from them, or a network.

    Raises
    ------
    InputError
        For a step that a bundle does not hold; the message names it.
    """
    steps = unwrapped(model.pipeline)
    region = _region(steps.pop(0)) if steps and type(steps[0]) is Segment else None
    filters = []
    while steps and type(steps[0]) is Filter:
        step = steps.pop(0)
        settings = {**step.get_params(deep=False), **getattr(step, "learned_", {})}
        filters.append((settings.pop("name"), settings))
    extraction: dict[str, Any] | None = None
    names: tuple[str, ...] = ()
    if len(steps) == 1 and hasattr(steps[0], "grad_cam"):
        part = _network(steps[0])
    elif steps and type(steps[0]) is FeatureExtractor:
        extraction, names = _extraction(steps[0], model)
        part = fitted_part(steps[1:], len(names))
    else:
        raise _no_images(steps)
    fitted, graphs, arrays = part
    unit, window = _seen_through(filters)
    selftest, selftest_arrays = selftest_of(model)
    kept, kept_arrays = to_members(model)
    novelty, novelty_arrays = to_bundle(model.novelty)
    manifest = Manifest(
        classes=model.classes,
        codes=tuple(int(code) for code in model.pipeline.classes_),
        expected=Expected(
            model.image_shape,
            model.channel_axis,
            model.dtype,
            model.size,
            model.region,
            model.unit or unit,
            window,
            fit=model.fit,
            slices=model.slices,
            any_size=model.any_size,
        ),
        steps=to_settings(filters, extraction, region),
        fitted=fitted,
        features=names,
        written_by=written_by(steps),
        card=card,
        warnings=tuple(map(str, model.warnings)),
        selftest=selftest,
        kept=kept,
        novelty=novelty,
    )
    beside = {**selftest_arrays, **kept_arrays, **novelty_arrays}
    return Bundled(manifest, graphs, {**arrays, **beside})


def _region(step: Segment) -> Region:
    """How the step finds the region; settings that were left at their defaults are written, too."""
    settings = {**defaults_of(step.recipe), **step.finder().settings}
    return Region(step.recipe, settings, step.empty_mask)


def _seen_through(
    filters: list[tuple[str, dict[str, Any]]],
) -> tuple[str | None, tuple[float, float] | None]:
    """Unit of the values and range of the window that stands first; None where not known."""
    if not filters or filters[0][0] != "window":
        return None, None
    told = {key: value for key, value in filters[0][1].items() if key != "channel_axis"}
    preset = told.get("preset")
    if preset == OF_THE_FILE:
        return None, None
    chosen = chosen_window(
        preset, told.get("center"), told.get("width"), told.get("function", "linear")
    )
    return None if preset is None else "HU", chosen.ends


def _network(network: Any) -> Part:
    from imgpipe.learn.networks.export import network_bytes

    return {"kind": "network"}, {"network": network_bytes(network)}, {}


def _extraction(
    extractor: FeatureExtractor, model: "TrainedModel"
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Settings of the extraction and the names of its features."""
    settings = extractor.settings()
    names = tuple(map(str, extractor.get_feature_names_out()))
    if "all" in (settings["families"], *settings["families"]):
        # what "all" means depends on the packages that are installed
        ndim = len(model.image_shape) - (model.channel_axis is not None)
        listed = catalogue(**settings, ndim=ndim)
        settings["families"] = tuple(dict.fromkeys(each.family for each in listed))
    return settings, names


def _no_images(steps: list[Any]) -> InputError:
    """Say which step stands where a bundle has its filters, its features or its network."""
    what = f"has {type(steps[0]).__name__}" if steps else "ends"
    return InputError(
        f"the pipeline {what} where a .imgpipe file holds a Segment step, Filter steps, then a "
        "FeatureExtractor and a classifier, or a ConvNetClassifier; keep the model in a .joblib "
        "file"
    )
