"""Models that were fitted before are judged on data that they have not seen."""

import numpy as np
import pytest
from comparison_samples import light, toy
from sklearn.metrics import roc_auc_score

from imgpipe import InputError
from imgpipe.evaluate import image_digests, score_fitted


def test_fitted_models_are_judged_without_fitting() -> None:
    """`score_fitted` gives the figures of the pipeline's own predictions."""
    data = toy(step=15)
    fitted = light().fit(data.images[:60], data.labels[:60])
    comparison = score_fitted({"light": fitted}, data.take(np.arange(60, 120)))
    expected = roc_auc_score(data.labels[60:], fitted.predict_proba(data.images[60:])[:, 1])
    assert comparison.models[0].metrics["auc"].value == pytest.approx(expected)
    assert comparison.protocol.kind == "held-out evaluation"
    assert "fit_cpu_seconds" not in comparison.models[0].cost
    assert not any("lack" in text for text in comparison.dataset.warnings)
    assert "0 or 1: its interval ends at the Wilson bound" in comparison.protocol.statement


def test_images_that_were_trained_on_are_told() -> None:
    """`score_fitted` counts the judged images among the digests of the training images."""
    data = toy(step=15)
    fitted = {"light": light().fit(data.images[:60], data.labels[:60])}
    judged = data.take(np.arange(50, 120))
    digests = frozenset(image_digests(data.images[:60]))
    assert len(digests) == 60
    first, *_ = score_fitted(fitted, judged, trained_on=digests).dataset.warnings
    assert first == "10 of 70 images were used to train this model: scores on them are too good"
    unseen = data.take(np.arange(60, 120))
    for known in (None, digests):
        warnings = score_fitted(fitted, unseen, trained_on=known).dataset.warnings
        assert not any("used to train" in text for text in warnings)


def test_fitted_models_must_give_codes() -> None:
    """A model fitted on words is refused with what it should give."""
    data = toy()
    fitted = light().fit(data.images, np.array(data.classes)[data.labels])
    with pytest.raises(InputError, match=r"gives the classes benign, malignant; .* codes 0 to 1"):
        score_fitted({"light": fitted}, data)


def test_unknown_patients_of_a_held_out_set() -> None:
    """Where nothing is fitted, there are no two sides of a split to speak of."""
    data = toy(step=15)
    fitted = {"light": light().fit(data.images, data.labels)}
    warnings = score_fitted(fitted, data).dataset.warnings
    assert not any("both sides" in text for text in warnings)
    assert any("count as so many patients" in text for text in warnings)
    assert score_fitted(fitted, data).dataset.copies.judged is None
    known = frozenset(image_digests(data.images[:7]))
    assert score_fitted(fitted, data, trained_on=known).dataset.copies.judged == 7
