"""What is said of one prediction. Nothing is computed here: numbers come from `Explained`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import ENGLISH, Text, counted, joined, say
from imgpipe.report.patient.figures import chance, chances, ends, measured, percent, share
from imgpipe.report.words.features import feature_name, unit_name

if TYPE_CHECKING:
    from imgpipe.bundle import Explained
    from imgpipe.bundle.evidence import Bin, ClassSet
    from imgpipe.evaluate.results.explained import Quartiles, Reason

_NEAR = 0.1  # difference of two probabilities below which neither is called likelier
_FEW = 20  # held-out images in a bin, below which its share says little
_BLOCKS = {
    "hog": say("the directions of edges, place by place"),
    "lbp": say("small patterns of brighter and darker neighbours"),
}


def title(told: "Explained") -> Text:
    """Name the class with its probability; and say where that settles nothing."""
    values = {"name": told.predicted, "p": chance(told.probabilities[told.predicted])}
    if undecided(told):
        return say("undecided: {name}, {p}", **values)
    return say("{name}, {p}", **values)


def undecided(told: "Explained") -> list[Text]:
    """Say why the prediction settles nothing; empty where it does."""
    said = []
    (_, first), (other, second) = sorted(told.probabilities.items(), key=lambda one: -one[1])[:2]
    if first - second < _NEAR:
        said.append(say("That of {name} is hardly lower: {p}.", name=other, p=chance(second)))
    found = None if told.evidence is None else told.evidence.set
    if found is not None and len(found.classes) > 1:
        said.append(
            say(
                "At a level of {level}, none of these is ruled out: {names}.",
                level=percent(found.level),
                names=list(found.classes),
            )
        )
    elif found is not None and not found.classes:
        said.append(say("At a level of {level}, no class is left.", level=percent(found.level)))
    return said


def headline(told: "Explained") -> Text:
    """Say what the model gives, and how far that settles it."""
    given = say(
        "The model gives a probability of {p} for {name}.",
        p=chance(told.probabilities[told.predicted]),
        name=told.predicted,
    )
    if why := undecided(told):
        return joined([given, *why, say("This does not settle it.")])
    found = None if told.evidence is None else told.evidence.set
    if found is None:
        return given
    level = percent(found.level)
    return joined([given, say("At a level of {level}, all else is ruled out.", level=level)])


def of_model(text: Text, model: str | None) -> Text:
    """Leave out what a text says of other models of the run alone."""
    if not text.values or model is None:
        return text
    if text.template.replace(" ", "") == "".join(f"{{{name}}}" for name in text.values):
        told = [of_model(part, model) for part in text.values.values() if isinstance(part, Text)]
        return joined(told) if len(told) == len(text.values) else text
    named = text.values.get("names")
    if not isinstance(named, list | tuple):
        return text
    if model not in named:
        return joined([])
    values = {**text.values, "names": [model]}
    return Text(ENGLISH.fill(text.template, values), text.template, values)


def reliability(told: "Explained") -> list[Text]:
    """Say how often such a probability came true on held-out images, if that is known."""
    if told.evidence is None:
        return [
            say("How often such a probability comes true is not known for this model."),
            say(
                "It would be, had it been trained with --run and the folder of a comparison on "
                "the same data."
            ),
        ]
    if told.evidence.bin is None:
        return [say("The run did not judge the calibration of this model.")]
    return _of_bin(told.evidence.bin)


def _of_bin(bin: "Bin") -> list[Text]:
    said = [
        say(
            "Of {n} held-out images given a probability of {low} to {high} for {name}, a share of "
            "{share} ({ends}) was of that class.",
            n=bin.n,
            low=chance(bin.low),
            high=chance(bin.high),
            share=share(bin.share),
            ends=ends(bin.share_low, bin.share_high),
            name=bin.name,
        )
    ]
    if not bin.within:
        said.append(
            say("No held-out image was given as extreme a probability; these come nearest to it.")
        )
    if bin.n < _FEW:
        said.append(say("They are few: read the interval, not the share."))
    if bin.share_high < bin.low:
        said.append(say("The model is too sure here: do not read its probability as a chance."))
    elif bin.share_low > bin.high:
        said.append(
            say("The model is not sure enough here: the class is more frequent than it says.")
        )
    return said


def class_set(found: "ClassSet") -> Text:
    """Say which classes are not ruled out."""
    figures = {
        "level": percent(found.level),
        "coverage": share(found.coverage["value"]),
        "ends": ends(found.coverage["low"], found.coverage["high"]),
    }
    if not found.classes:
        return say(
            "At a level of {level} no class is left: the image is like none that was calibrated "
            "on. Such sets held the true class in {coverage} ({ends}) of held-out images.",
            **figures,
        )
    return say(
        "At a level of {level}, not ruled out: {names}. Such sets held the true class in "
        "{coverage} ({ends}) of held-out images.",
        names=list(found.classes),
        **figures,
    )


def copied(told: "Explained") -> Text | None:
    """Say that the model was trained on this very image."""
    if told.copy_of is None:
        return None
    if not told.copy_of:
        return say("This image is an exact copy of a training image: the model has seen it.")
    return say(
        "This image is an exact copy of the training image {ids}: the model has seen it, and what "
        "it says here is no prediction.",
        ids=list(told.copy_of),
    )


def unlike(told: "Explained") -> Text | None:
    """Warn of an image that is out of distribution."""
    if told.ood_distance is None or told.ood_distance <= 1.0:
        return None
    return say(
        "This image is out of distribution (differs from the training images): its features lie "
        "{times} times as far from theirs as those of all but a few of these do. Do not rely on "
        "what is said here.",
        times=f"{told.ood_distance:.1f}",
    )


def likeness(told: "Explained") -> list[Text]:
    """Say how far an image lies that is like those of the training."""
    if told.ood_distance is None or told.ood_distance > 1.0:
        return []
    return [
        say(
            "The image is not flagged as out of distribution: its features lie at {share} of the "
            "distance from which on an image is.",
            share=percent(told.ood_distance),
        )
    ]


def name_of(reason: "Reason") -> Text:
    """Name a group of features."""
    if _is_block(reason):
        family = reason.feature.partition("_")[0]
        return say("{name}: {what}", name=feature_name(reason.feature), what=_BLOCKS[family])
    return feature_name(reason.feature)


def _is_block(reason: "Reason") -> bool:
    """Tell whether no feature leads the group: of a block, no number means anything by itself."""
    return reason.feature not in reason.features


def value_of(reason: "Reason") -> Text | None:
    """Write a feature's value with its unit."""
    if reason.value is None:
        return None
    unit = unit_name(reason.unit)
    if not unit:
        return Text(measured(reason.value))
    return say("{value} {unit}", value=measured(reason.value), unit=unit)


def in_words(reason: "Reason", told: "Explained", classes: Sequence[str]) -> Text:
    """Say what a feature is, what is usual, and what it changes."""
    return joined([*_usual(reason, classes), _changed(reason, told)])


def _usual(reason: "Reason", classes: Sequence[str]) -> list[Text]:
    if _is_block(reason):
        return [say("{n} numbers together.", n=len(reason.features))]
    said = [] if reason.value is not None else [say("Not defined here.")]
    said += [
        say(
            "Half of the training images of {name} lie between {low} and {high}.",
            name=name,
            low=measured(reason.typical[name].low),
            high=measured(reason.typical[name].high),
        )
        for name in classes
        if name in reason.typical
    ]
    others = len(reason.features) - 1
    if others:
        said.append(
            counted(
                others,
                "{n} other feature goes along with it.",
                "{n} other features go along with it.",
            )
        )
    return said


def _changed(reason: "Reason", told: "Explained") -> Text:
    without, p = chances(reason.without, told.probabilities[told.predicted])
    values = {"n": told.background, "name": told.predicted, "without": without, "p": p}
    return say(
        "With the values of {n} training images instead, the probability of {name} would be "
        "{without}, not {p}.",
        **values,
    )


def usual_ranges(reason: "Reason", classes: Sequence[str]) -> "list[tuple[str, Quartiles]]":
    """Give the quartiles of the classes that are shown."""
    return [(name, reason.typical[name]) for name in classes if name in reason.typical]


def limits(told: "Explained") -> list[Text]:
    """Say what this page does not tell."""
    said = [
        say("Not for clinical use: no figure here shows that the model is safe for any patient."),
    ]
    if told.reasons:
        said.append(
            say(
                "What speaks for or against is said of the model, not of the disease: features "
                "that tell the same share what they change, and the changes do not add up."
            )
        )
    if told.maps and not told.background and "Grad-CAM" not in dict(told.maps):
        said.append(
            say(
                "No Grad-CAM map is shown: a network in a .imgpipe file gives no gradients, in a "
                ".joblib file it does."
            )
        )
    run: Any = told.card.get("run")
    if run is not None and run["protocol"]["kind"] == "cross-validation":
        said.append(
            say(
                "In the run, models fitted on other parts of the data were judged; this one was "
                "fitted on all of it."
            )
        )
    if run is not None and run["protocol"]["held_out"] is None:
        said.append(say("Images of another hospital or scanner were not judged."))
    return said
