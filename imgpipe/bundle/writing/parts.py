"""A fitted pipeline taken apart: filters, extraction, and the fitted part as arrays or a graph."""

from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.kept import to_members
from imgpipe.bundle.archive.manifest import Expected, Manifest
from imgpipe.bundle.archive.steps import to_settings
from imgpipe.bundle.writing.selftest import selftest_of
from imgpipe.bundle.writing.versions import written_by
from imgpipe.learn.filters import Filter
from imgpipe.learn.graphs.writing import write_steps
from imgpipe.learn.transformers import FeatureExtractor

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


def taken_apart(model: "TrainedModel", card: dict[str, Any]) -> Bundled:
    """Make the bundle of a model whose pipeline is filters, features and learnt steps."""
    steps = [step for _, step in model.pipeline.steps]
    filters = []
    while isinstance(steps[0], Filter):
        one = steps.pop(0)
        settings = one.get_params(deep=False)
        filters.append((settings.pop("name"), settings))
    if not isinstance(steps[0], FeatureExtractor):
        raise InputError("a model without features cannot be written as .imgpipe yet")
    extractor = steps.pop(0)
    extraction = {k: v for k, v in extractor.get_params().items() if k != "n_jobs"}
    names = tuple(map(str, extractor.get_feature_names_out()))
    codes = tuple(int(code) for code in model.pipeline.classes_)
    expected = Expected(
        model.image_shape, model.channel_axis, model.dtype, model.size, model.region
    )
    selftest, arrays = selftest_of(model)
    kept, kept_arrays = to_members(model)
    arrays |= kept_arrays
    manifest = Manifest(
        classes=model.classes,
        codes=codes,
        expected=expected,
        steps=to_settings(filters, extraction),
        fitted={"kind": "graph"},
        features=names,
        written_by=written_by(steps),
        card=card,
        warnings=tuple(map(str, model.warnings)),
        selftest=selftest,
        kept=kept,
    )
    return Bundled(manifest, {"classifier": write_steps(steps, len(names), len(codes))}, arrays)


def learnt_part(pipeline: Pipeline) -> Pipeline:
    """Give the steps behind filters and features."""
    own = [each for each in pipeline.steps if not isinstance(each[1], Filter | FeatureExtractor)]
    return Pipeline(own)
