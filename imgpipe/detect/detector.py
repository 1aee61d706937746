"""A detector: candidates by their scale, told from what is none by a classifier."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from imgpipe._common import InputError
from imgpipe.detect.candidates.given import check_settings, truth_of
from imgpipe.detect.candidates.labelling import (
    POSITIVE,
    drawn_negatives,
    hardest_negatives,
    labels_of,
)
from imgpipe.detect.candidates.looking import Look, check_axes, joined, spacing_of, taken_images
from imgpipe.detect.candidates.search import Found, sigma_range
from imgpipe.detect.fitted import FittedDetector
from imgpipe.detect.froc import patients_of
from imgpipe.detect.judging.hits import HitRule
from imgpipe.learn import CLASSIFIERS, fit_model, make_pipeline

_COMPARED = 200  # candidates of the training that are kept in memory


class Detector(BaseEstimator):
    """Find lesions in images and volumes, as boxes with scores.

    Candidates are blobs (Laplacian of Gaussians) of the sizes that lesions have. The box of a
    candidate is a cube round it, its half side in mm the radius of the disc or ball that responds
    most at its scale: sigma times the root of the number of axes. A classifier of `CLASSIFIERS`
    gives each a score from its patch, four radii wide: rings, edges and responses measured in it,
    its scale, and families of features; a network takes the patch itself. Of overlapping boxes the
    one with the highest score stays.

    Parameters
    ----------
    model : str or estimator
        A name of `imgpipe.learn.CLASSIFIERS`, or a scikit-learn classifier of rows of features with
        ``predict_proba``.
    families : str or list of str
        Features of `imgpipe.features` that are measured in patches beside a candidate's own; ``()``
        for none. Networks take none.
    polarity : {"bright", "dark", "both"}
        What lesions are against their surroundings.
    min_sigma, max_sigma : float, optional
        Scales of candidates, in mm where images have a spacing, else in pixels. By default those of
        the lesions trained on.
    candidates : int
        How many of an image are looked at, by the strength of their response.
    rule : {"centre", "iou", "distance"}
        When a candidate hits a lesion, as in `froc`; with `overlap` and `radius` (in the unit of
        scales).
    overlap, radius : float, optional
    negatives : float, optional
        Candidates that are no lesion, drawn for training, for each that is one; None for all.
    hard_negatives : int
        Rounds of drawing them anew, half of them from those with the highest scores.
    nms : float
        A box goes where a chosen one covers more than this share of the smaller of both.
    patch_size : int, optional
        Samples along each side of a patch; 15 by default, 28 for networks.
    random_state : int, RandomState or None
        Of the draws and the classifier.
    n_jobs : int, optional
        Images at a time, and workers of the classifier; None means 1.

    Attributes
    ----------
    model_ : estimator
        The fitted classifier.
    sigmas_ : (float, float)
        Scales of candidates.
    candidate_recall_ : float
        Share of the lesions trained on that any candidate hits: no classifier finds more.
    n_images_, n_lesions_ : int
        What it was trained on.
    n_positive_, n_negative_ : int
        Candidates that the classifier learnt from.
    n_axes_ : int
        2 for images, 3 for volumes.
    feature_names_ : list of str
        What a candidate's row holds; empty for networks.

    Examples
    --------
    >>> from imgpipe.datasets import synthetic_lesions
    >>> from imgpipe.detect import Detector, boxes_of
    >>> data = synthetic_lesions(patients=4, difficulty=0.2)
    >>> boxes = [boxes_of(mask, each="label") for mask in data.masks]
    >>> detector = Detector("logistic", families=()).fit(data.images[:9], boxes[:9])
    >>> found = detector.predict(data.images[9:])
    >>> len(found), found[0].shape[1]
    (3, 5)
    """

    def __init__(
        self,
        model: Any = "svm",
        *,
        families: Any = ("intensity", "glcm"),
        polarity: str = "bright",
        min_sigma: float | None = None,
        max_sigma: float | None = None,
        candidates: int = 60,
        rule: str = "centre",
        overlap: float | None = None,
        radius: float | None = None,
        negatives: float | None = 4.0,
        hard_negatives: int = 1,
        nms: float = 0.3,
        patch_size: int | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.model = model
        self.families = families
        self.polarity = polarity
        self.min_sigma = min_sigma
        self.max_sigma = max_sigma
        self.candidates = candidates
        self.rule = rule
        self.overlap = overlap
        self.radius = radius
        self.negatives = negatives
        self.hard_negatives = hard_negatives
        self.nms = nms
        self.patch_size = patch_size
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, images: Any, boxes: Any = None, *, groups: Any = None) -> "Detector":
        """Learn what lesions look like.

        Parameters
        ----------
        images : Images, ndarray or sequence
            As `imgpipe.images.Images` takes them. Their masks are no limit to where is looked.
        boxes : sequence of array_like, shapes (n, 2 * axes), optional
            Lesions of each image, none being ``[]``; by default a box round each in its mask.
        groups : sequence, optional
            Patient of each image, so that what the classifier holds back divides none.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If images and boxes do not fit together, there is no lesion, or no candidate hits one.

        Warns
        -----
        BoxWarning
            If a box reaches beyond its image.
        """
        check_settings(self, self._on_patches)
        images = taken_images(images)
        self.n_axes_ = check_axes(images)
        truth = truth_of(images, boxes)
        self.n_images_, self.n_lesions_ = len(images), sum(map(len, truth))
        spacings = [spacing_of(image) for image in images]
        self.sigmas_ = self._sigmas(truth, spacings)
        looked = self._look().at(images, self.n_jobs)
        labels = self._labels([found for found, _ in looked], truth, spacings)
        rows = joined(each for _, each in looked)
        patients = _each_candidates(groups, looked)
        self.feature_names_ = [] if self._on_patches else self._look().names(self.n_axes_)
        return self._learn(rows, np.concatenate(labels), patients)

    def predict(self, images: Any) -> list[np.ndarray]:
        """Find lesions.

        Parameters
        ----------
        images : Images, ndarray or sequence
            Masks are not looked at.

        Returns
        -------
        list of ndarray of float64, shapes (n, 2 * axes + 1)
            Boxes of each image, the score as last column, highest first: the probability of a
            lesion among candidates as they were drawn for training, which is no prevalence. All
            that suppression left, however low: `froc` says which score to cut at.
        """
        return self.fitted().predict(images)

    def find_candidates(self, images: Any) -> list[np.ndarray]:
        """Give all candidates of each image, as `predict` gives boxes, by their blob's response."""
        return self.fitted().find_candidates(images)

    def fitted(self) -> FittedDetector:
        """Give what it does with new images, apart from how it learnt that."""
        check_is_fitted(self)
        return FittedDetector(
            self._look(),
            self.n_axes_,
            self.nms,
            self._shares,
            self.model if isinstance(self.model, str) else type(self.model).__name__,
            HitRule(self.rule, self.overlap, self.radius),
            self.n_jobs,
        )

    @property
    def _on_patches(self) -> bool:
        named = isinstance(self.model, str) and self.model in CLASSIFIERS
        return named and CLASSIFIERS[self.model].raw_images

    def _sigmas(self, truth: list[np.ndarray], spacings: list[np.ndarray]) -> tuple[float, float]:
        """Scales of candidates: as they were set, else those of lesions."""
        if not any(map(len, truth)):
            raise InputError("no lesion in any image: there is nothing to learn from")
        learnt = sigma_range(truth, spacings)
        low = learnt[0] if self.min_sigma is None else float(self.min_sigma)
        high = learnt[1] if self.max_sigma is None else float(self.max_sigma)
        if not 0 < low <= high < np.inf:
            raise InputError(
                f"scales from {low:g} to {high:g}; min_sigma must lie above 0, and not above "
                "max_sigma"
            )
        return low, high

    def _look(self) -> Look:
        families = (self.families,) if isinstance(self.families, str) else tuple(self.families)
        return Look(
            sigmas=self.sigmas_,
            polarity=self.polarity,
            most=int(self.candidates),
            side=int(self.patch_size or (28 if self._on_patches else 15)),
            families=None if self._on_patches else families,
        )

    def _labels(
        self, found: list[Found], truth: list[np.ndarray], spacings: list[np.ndarray]
    ) -> list[np.ndarray]:
        """Label all candidates, and note how many lesions they hit."""
        labels, hit = [], 0
        for each, lesions, spacing in zip(found, truth, spacings, strict=True):
            rule = HitRule(self.rule, self.overlap, self.radius, tuple(spacing.tolist()))
            labels.append(labels_of(each.boxes, lesions, rule))
            hits = rule.hits(each.boxes, lesions)
            hit += len(np.unique(hits[hits >= 0]))
        self.candidate_recall_ = hit / sum(map(len, truth))
        if not hit:
            low, high = self.sigmas_
            raise InputError(
                f"no candidate hits any of {sum(map(len, truth))} lesions: with scales from "
                f"{low:.3g} to {high:.3g}, are they {self.polarity}?"
            )
        return labels

    def _learn(self, rows: np.ndarray, labels: np.ndarray, patients: np.ndarray) -> "Detector":
        """Fit the classifier, and again with negatives that it found hard."""
        rng = check_random_state(self.random_state)
        positive = np.flatnonzero(labels == POSITIVE)
        negative = drawn_negatives(labels, self.negatives, rng)
        if not len(negative):
            raise InputError(
                "every candidate is a lesion: nothing to tell them from; raise candidates"
            )
        rounds = 0 if self.negatives is None else self.hard_negatives
        for round_ in range(rounds + 1):
            if round_:
                scores = self._shares(rows)[:, 1]
                negative = hardest_negatives(labels, scores, len(negative), rng)
            use = np.sort(np.concatenate([positive, negative]))
            lesion = (labels[use] == POSITIVE).astype(np.int64)
            self.model_ = fit_model(self._classifier(rng), rows[use], lesion, patients[use])
        self.n_positive_, self.n_negative_ = len(positive), len(negative)
        # a file that is written of it is compared by these, and holds none of them
        self._compared = rows[np.unique(np.linspace(0, len(rows) - 1, _COMPARED).astype(int))]
        return self

    def _classifier(self, rng: np.random.RandomState) -> Any:
        if not isinstance(self.model, str):
            return self.model
        families: Any = "default" if self._on_patches else None
        seed = int(rng.randint(2**31 - 1))
        return make_pipeline(self.model, families=families, random_state=seed, n_jobs=self.n_jobs)

    def _shares(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.model_.predict_proba(rows))


def _each_candidates(groups: Any, looked: list[tuple[Found, np.ndarray]]) -> np.ndarray:
    """Patient of each candidate; each image its own where they are not known."""
    counts = [len(found.boxes) for found, _ in looked]
    return np.repeat(patients_of(groups, len(looked)), counts)
