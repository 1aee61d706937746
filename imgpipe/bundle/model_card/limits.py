"""Sections on what to beware of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imgpipe.bundle.model_card import words
from imgpipe.bundle.model_card.blocks import Facts, Items, Section, Words
from imgpipe.learn.novelty.distance import LEVEL

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected
    from imgpipe.learn.novelty.distance import Novelty

_ROUNDED = 1e-6  # a share is kept to six digits


def limits(found: "Inspected") -> Section:
    """List warnings of the training, findings of the run, and what no number here tells."""
    run = found.card.get("run") or {}
    told = [
        *_of_calibration(run.get("model", {}).get("calibration")),
        *map(_sentence, map(str, found.model.warnings)),
        *(
            f"{each['severity'].capitalize()} {each['code']}: {_sentence(each['message'])}"
            for each in run.get("findings", [])
            if each["severity"] != "note"
        ),
        _of_other_images(found),
    ]
    return Section("Limits and warnings", [Items([*told, *_of_prevalence(found)])])


def _of_calibration(found: Mapping[str, Any] | None) -> list[str]:
    """Say whether probabilities came true less often than those of chance would."""
    if found is None or found["ece_chance_limit"] is None or found["ece"]["value"] is None:
        return []
    error, limit = found["ece"]["value"], found["ece_chance_limit"]
    if error <= limit:
        return []
    return [
        f"Its probabilities did not come true as often as they say: calibration error "
        f"{words.number(error)}, where {words.number(limit)} could be chance."
    ]


def _of_other_images(found: "Inspected") -> str:
    if "run" not in found.card:
        return "How often it errs is not known: it was not evaluated."
    return (
        "The scores are of images from the source of the training data: another scanner, site or "
        "population may give others."
    )


def _of_prevalence(found: "Inspected") -> list[str]:
    positive, shares = found.model.positive_class, found.card.get("prevalence") or {}
    if positive is None or positive not in shares:
        return []
    return [
        f"Of the training images, {words.share(shares[positive])} were {positive}; where fewer or "
        "more are, probabilities and predictive values are others."
    ]


def _sentence(text: str) -> str:
    """Begin with a capital, as long as no name stands first, and end with a full stop."""
    first = text.split(" ", 1)[0]
    begun = text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."


def out_of_distribution(found: "Inspected") -> Section:
    """Say whether images out of distribution are flagged, and from which distance on."""
    novelty = getattr(found.model, "novelty", None)
    if novelty is None:
        told = "None: images that are out of distribution are not flagged."
        return Section("Out-of-distribution flag", [Words(told)])
    of = "the features" if novelty.extraction is None else "default features, measured for it alone"
    n, beyond = f"{novelty.held_out:,}", f"{novelty.marked:,}"
    rows = [
        ("Distance", f"Mahalanobis, of {of}, by probabilistic PCA"),
        ("Limit", f"{novelty.limit:.4g} (ood_distance is given as a multiple of it)"),
        ("Held-out images", f"{n} of the training; {beyond} lie beyond the limit"),
        ("Flagged in error", f"{words.share(novelty.expected)} of images like the training's"),
    ]
    told = (
        "An image is flagged (column ood) where its features lie further from those of the "
        f"training than {_usual(found, novelty)}. What is not flagged may still be out of "
        "distribution."
    )
    return Section("Out-of-distribution flag", [Words(told), Facts(rows)])


def _usual(found: "Inspected", novelty: "Novelty") -> str:
    """Say whose distance is the limit: with few patients the one beyond which none lay."""
    facts = None if found.manifest is None else found.manifest.novelty
    percent = 100.0 * LEVEL if facts is None else facts.percentile
    if novelty.expected > 1.0 - percent / 100.0 + _ROUNDED:
        return (
            f"those of any training image did, each held out in turn (for {percent:g} % of them, "
            f"{novelty.groups:,} patients or images are too few)"
        )
    return f"they did for {percent:g} % of the training images, each held out in turn"
