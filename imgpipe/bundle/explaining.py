"""One prediction explained: how reliable it is, what it resembles, what speaks for it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imgpipe._common import needed_for
from imgpipe.bundle.evidence import Evidence, evidence_of
from imgpipe.bundle.inference.novelty import distance_of
from imgpipe.bundle.inference.regions import carried, region_step
from imgpipe.bundle.predictor import Predictor
from imgpipe.datasets.digests import image_digest
from imgpipe.images import Image, Images
from imgpipe.images.picture import outlined

if TYPE_CHECKING:
    from imgpipe.evaluate.results.explained import Neighbours, Reason

_PICTURE = 720  # pixels of the longer side
_HIDDEN = 400  # patches
_SMALL = 256 * 256  # pixels of an image


@dataclass(frozen=True, eq=False)
class Explained:
    """One prediction with what speaks for it, and what is known of the model.

    Parameters
    ----------
    id : str
        Of the image.
    predicted : str
        The most probable class.
    probabilities : dict of str to float
        Of each class.
    positive_class : str or None
        The last of two classes.
    shape : tuple of int
        Of the image, in pixels, without channels.
    spacing : tuple of float or None
        In mm.
    region : {"image", "mask", "box"}
        What the model looked at.
    neighbours : Neighbours or None
        The nearest training images; None where the model keeps none, or computes no features.
    reasons : tuple of Reason
        What groups of features change, the strongest first.
    background : int
        Training images that features were taken from, to see what they change; 0 where the model
        computes none.
    copy_of : tuple of str or None
        Training images with the same pixels, as far as their ids are kept; None where there is
        none. Digests of the pixels tell.
    ood_distance : float or None
        How far the image is from those of the training: beyond 1 it is out of distribution; None
        where the model cannot tell.
    evidence : Evidence or None
        What the model's run says of such predictions; None without a run.
    card : dict
        What is known of the model; `"run"` holds parts of the run's ``result.json``.
    warnings : tuple of str
        What was passed over, or taken for something else, in reading the image.
    picture : ndarray of uint8
        The image, for display, with the outline of its mask.
    maps : tuple of (str, ndarray)
        What speaks for the class (up to 1) and against it (down to -1), pixel by pixel.
    """

    id: str
    predicted: str
    probabilities: Mapping[str, float]
    positive_class: str | None
    shape: tuple[int, ...]
    spacing: tuple[float, ...] | None
    region: str
    neighbours: "Neighbours | None"
    reasons: "tuple[Reason, ...]"
    background: int
    copy_of: tuple[str, ...] | None
    evidence: Evidence | None
    card: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    ood_distance: float | None = None
    picture: np.ndarray = field(default_factory=lambda: np.zeros((1, 1), np.uint8), repr=False)
    maps: tuple[tuple[str, np.ndarray], ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the pictures, ready for strict JSON."""
        from imgpipe.evaluate.strict_json import plain

        content = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _PICTURES}
        content = plain(content)
        for case in (content["neighbours"] or {"cases": ()})["cases"]:
            del case["picture"]
        return content


_PICTURES = ("picture", "maps")


@needed_for("an explanation")
def explain(predictor: Predictor, image: Any) -> Explained:
    """Predict one image, and say what speaks for it.

    Parameters
    ----------
    predictor : Predictor
        From `imgpipe.bundle.load`.
    image : path-like, Image or ndarray
        One image; a path may be all that `predict` takes, as long as there is one image in it.

    Returns
    -------
    Explained

    Raises
    ------
    InputError
        For several images, and for one that the model cannot use.

    Examples
    --------
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> predictor = bundle.Predictor(learn.fit(data, "forest", families="intensity"))
    >>> told = bundle.explain(predictor, data.images[0])
    >>> told.predicted, told.reasons[0].feature, told.copy_of
    ('malignant', 'intensity_mean', ())
    """
    # prediction alone does without these rooms
    from imgpipe.evaluate.explanations.maps import explain as maps_of
    from imgpipe.evaluate.models import probabilities

    name, ready, warnings = predictor.single(image)
    model = predictor.model
    images = carried([ready], model)
    shares = probabilities(model.pipeline, images, len(model.classes))[0]
    code = int(shares.argmax())
    chances = dict(zip(model.classes, shares.tolist(), strict=True))
    near, why, others = _from_features(predictor, images, code)
    run = predictor.card.get("run")
    return Explained(
        id=name,
        predicted=model.classes[code],
        probabilities=chances,
        positive_class=model.positive_class,
        shape=ready.spatial_shape,
        spacing=ready.spacing,
        region=model.region if region_step(model.pipeline) is None else "mask",
        neighbours=near,
        reasons=why,
        background=others,
        copy_of=_copy_of(predictor, ready),
        evidence=None if run is None else evidence_of(run, chances, model.classes[code]),
        card=predictor.card,
        warnings=(*warnings, *ready.warnings),
        ood_distance=distance_of(model, images),
        picture=outlined(ready, _PICTURE),
        maps=maps_of(model.pipeline, ready, code, ready.channel_axis, *_patches(ready)),
    )


def _from_features(
    predictor: Predictor, images: Images, code: int
) -> "tuple[Neighbours | None, tuple[Reason, ...], int]":
    """Compare the features of the image with those kept of the training."""
    from imgpipe.evaluate.explanations.neighbours import nearest_cases
    from imgpipe.evaluate.explanations.reasons import reasons

    model = predictor.model
    parts = _halves(model.pipeline)
    if parts is None or model.summary is None:
        return None, (), 0
    measure, learnt = parts
    features = np.asarray(measure(images), np.float64)[0]
    near = None
    if model.cases is not None:
        near = nearest_cases(model.cases, features, model.classes)
    why = reasons(learnt, model.summary, features, code, model.classes)
    return near, why, len(model.summary.rows)


def _halves(pipeline: Any) -> tuple[Callable[[Any], Any], Any] | None:
    """Part a pipeline into what measures images, and what learnt; None where it sees pixels."""
    if hasattr(pipeline, "measure"):
        if pipeline.extraction is None:
            return None
        return pipeline.measure, _Learnt(pipeline.classes_, pipeline.classify)
    from imgpipe.learn.keeping import feature_steps

    parts = feature_steps(pipeline)
    return None if parts is None else (parts[0].transform, parts[1])


class _Learnt(NamedTuple):
    """The classifier of a bundle, as scikit-learn's are called."""

    classes_: np.ndarray
    predict_proba: Callable[[np.ndarray], np.ndarray]


def _patches(image: Image) -> tuple[int | None, int | None]:
    """Side and step of what is hidden: a sixth of the mask, or overlapping where it costs little.

    No more than some 400 are hidden, one after the other.
    """
    shape = image.spatial_shape
    if len(shape) != 2:
        return None, None
    h, w = shape
    if image.mask is not None and image.mask.any():
        y, x = np.nonzero(image.mask)
        across = max(np.ptp(y), np.ptp(x)) + 1
        side = max(2, round(across / 6), math.ceil(math.sqrt(h * w / _HIDDEN)))
        return min(side, h, w), None
    side = max(1, round(min(h, w) / 7))
    return side, max(1, side // 2) if h * w <= _SMALL else None


def _copy_of(predictor: Predictor, image: Image) -> tuple[str, ...] | None:
    """Find the training images with the same pixels."""
    model = predictor.model
    digest = image_digest(np.ascontiguousarray(image.pixels)).hex()
    if digest not in (model.trained_on or ()):
        return None
    cases = model.cases
    if cases is None:
        return ()
    return tuple(id for id, own in zip(cases.ids, cases.digests, strict=True) if own == digest)
