"""A trained model judged on labelled images that it has not seen."""

from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError
from imgpipe.bundle.inference.regions import region_step
from imgpipe.bundle.predictor import MASKS_UNUSED, Predictor
from imgpipe.images.gray import SAVED_AS_COLOUR
from imgpipe.images.pixel_types import kept_in, of_one_type

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset
    from imgpipe.evaluate import Comparison


def score(
    predictor: Predictor,
    dataset: "Dataset",
    *,
    name: str = "model",
    seed: int = 0,
    n_jobs: int | None = None,
    empty_mask: str = "error",
    least: int = 10,
) -> "Comparison":
    """Judge a trained model on labelled images that it has not seen.

    Where the data set has a split with a test part, that part alone is judged. Classes are matched
    by name. Images that the model was trained on are counted in a warning.

    Parameters
    ----------
    predictor : Predictor
        From `imgpipe.bundle.load`.
    dataset : Dataset
        From `imgpipe.datasets.load`, with the size that the model was trained with.
    name : str
        What the results call the model.
    seed : int
        Of resamples and shuffles.
    n_jobs : int, optional
        Workers; None means 1.
    empty_mask : {"error", "image", "drop"}
        What is done with images without a mask, where the model looks inside masks, and with
        those in which it finds no region itself.
    least : int
        Judged images of a class below which no metric that rests on it is given.

    Returns
    -------
    Comparison
        Of kind ``"held-out evaluation"``.

    Raises
    ------
    InputError
        For a class that the model does not know, or an image unlike those of its training.

    Examples
    --------
    >>> from imgpipe import bundle, datasets, learn
    >>> seen, unseen = (datasets.synthetic_nodules(seed=seed) for seed in (0, 1))
    >>> predictor = bundle.Predictor(learn.fit(seen, "dummy", families="intensity"))
    >>> comparison = bundle.score(predictor, unseen)
    >>> comparison.protocol.kind, comparison.models[0].metrics["auc"].value
    ('held-out evaluation', 0.5)
    """
    from imgpipe.datasets import in_region
    from imgpipe.evaluate import score_fitted

    model = predictor.model
    test = dataset.positions("test")
    judged = dataset.take(test) if len(test) else dataset
    try:
        judged = judged.with_classes(model.classes)
    except InputError as error:
        raise InputError(f"{error}, which the model was trained on") from None
    if model.region == "image" and judged.images.masked_any:
        judged = judged.changed(warnings=(*judged.warnings, MASKS_UNUSED))
    if model.region != "image" and not judged.images.masked_any:
        raise InputError(
            f"{judged.where}: no masks in it, and the model was trained inside masks: name them in "
            "a manifest with a column mask, or train with --region image"
        )
    policy = "error" if region_step(model.pipeline) else empty_mask  # which is of what it finds
    judged = in_region(judged, model.region, empty_mask=policy)
    if SAVED_AS_COLOUR in judged.warnings and model.channel_axis is not None:
        kept = [text for text in judged.warnings if text != SAVED_AS_COLOUR]
        judged = judged.changed(
            images=judged.images.in_colour(), channel_axis=-1, warnings=tuple(kept)
        )
    judged = _checked(judged, predictor)
    step = region_step(model.pipeline)
    if step is not None:
        from imgpipe.bundle.scoring.estimators import segment_of
        from imgpipe.learn.found_regions import in_found_region

        judged = in_found_region(judged, segment_of(step), "image", empty_mask, n_jobs).dataset
    return score_fitted(
        {name: _as_estimator(model.pipeline, n_jobs)},
        judged,
        seed=seed,
        n_jobs=n_jobs,
        trained_on=None if model.trained_on is None else frozenset(model.trained_on),
        least=least,
    )


def _as_estimator(pipeline: Any, n_jobs: int | None) -> Any:
    """Give a pipeline whose steps can be told apart."""
    if not hasattr(pipeline, "measure"):
        return pipeline
    from imgpipe.bundle.scoring.estimators import KeptPipeline

    return KeptPipeline(pipeline, n_jobs)


def _checked(dataset: "Dataset", predictor: Predictor) -> "Dataset":
    """Give images in the pixel type of the training; in one array, all are like the first."""
    model, images = predictor.model, dataset.images
    if not model.any_size:
        dataset.require_one_size()
    several, retyped = not images.is_stack, False
    for i in range(len(images) if several else min(1, len(images))):
        pixels = images[i].pixels
        if str(pixels.dtype) != model.dtype:
            whole = pixels if several else images.pixels
            if kept_in(whole, model.dtype) is not None:
                pixels, retyped = pixels.astype(model.dtype), True
        try:
            model.check(pixels, dataset.channel_axis)
        except InputError as error:
            where = dataset.source or dataset.name
            raise InputError(f"{where}: image {dataset.ids[i]} {error}") from error
    return dataset.changed(images=of_one_type(images, model.dtype)) if retyped else dataset
