"""What each interval and each test is for, and what must hold for it."""

from collections.abc import Callable
from dataclasses import dataclass

from imgpipe._common.texts import Text, joined, say


@dataclass(frozen=True)
class Method:
    """An interval or a test: its name, what it was used for, and what it takes for granted."""

    name: Text
    use: Text
    assumes: Text


def bootstrap(patients: bool, folds: bool) -> Method:
    """Intervals of scores; the unit is the patient, where patients are known."""
    unit = say(
        "Patients are independent of one another, and those judged are like those meant; images "
        "of one patient need not be independent."
    )
    if not patients:
        unit = say(
            "Images are independent of one another. No patient is named: if some have several "
            "images, the intervals are too narrow."
        )
    shared = say(
        "Models of different folds share training data, of which the interval knows nothing."
    )
    return Method(
        say("Bootstrap"),
        say(
            "Standard error of every score: patients are drawn anew with all their images, the "
            "models staying as they are."
        )
        if patients
        else say(
            "Standard error of every score: images are drawn anew, the models staying as they are."
        ),
        joined(
            [
                unit,
                say("It tells of other patients to be judged, not of others to train on."),
                shared if folds else "",
            ]
        ),
    )


WILSON = Method(
    say("Wilson's interval"),
    say(
        "95 % interval of AUC, accuracy and the like, for as many single images as would be as "
        "uncertain; Brier score and log loss have Student's interval."
    ),
    say(
        "Made for shares; close to 0 or 1 with few images it can hold the truth less often than "
        "95 % (91 % for 40 images and a true share of 0.988)."
    ),
)
AT_THE_END = Method(
    say("Wilson's bound at 0 and 1"),
    say("A score of exactly 0 or 1 does not change in any resample: its interval ends there."),
    say("As many independent patients or images as the rarest class has."),
)
DELONG = Method(
    say("DeLong's test"),
    say("Difference of two AUCs on the same held-out images."),
    say("The two models are fixed, one image a patient, images independent; read as Student's t."),
)
OBUCHOWSKI = Method(
    say("Obuchowski's test of the AUC"),
    say("Difference of two AUCs on the same held-out images, several of some patients."),
    say("The two models are fixed, patients independent; read as Student's t."),
)
CORRECTED_T = Method(
    say("Corrected resampled t (Nadeau and Bengio)"),
    say("Difference of two AUCs over the folds."),
    say(
        "Folds are as alike as their sizes say. Divided once it is cautious; with a learner that "
        "changes much with its training set it gave 8.4 % false alarms for 5."
    ),
)
BOOTSTRAP_TEST = Method(
    say("Paired bootstrap of the AUC"),
    say("Difference of two mean AUCs over classes, on the same held-out images."),
    say("The two models are fixed, patients (or images, where none are named) independent."),
)
MCNEMAR = Method(
    say("McNemar's exact test"),
    say("Whether two models err equally often, on the images where one is right and one wrong."),
    say("One image a patient, images independent; folds together, each image once."),
)
COCHRAN = Method(
    say("Cochran's Q"),
    say("Whether all models err equally often."),
    say("One image a patient, images independent, enough of them for a chi-squared law."),
)
DIFFERENCES = Method(
    say("Paired bootstrap"),
    say("95 % interval of the difference of every metric, both models drawn alike."),
    say("As for the intervals of scores; these intervals are not adjusted for their number."),
)


def mcnemar_clustered(patients: bool) -> Method:
    """McNemar's test where patients, or groups of look-alikes, have several images."""
    return Method(
        say("McNemar's test for clustered images (Obuchowski)"),
        say("Whether two models err equally often, the images of a patient added up.")
        if patients
        else say("Whether two models err equally often, look-alikes added up."),
        say("Patients independent; enough of them for a normal approximation.")
        if patients
        else say(
            "Groups of look-alikes are independent, and enough for a normal approximation; no "
            "patient is named."
        ),
    )


def wald(patients: bool) -> Method:
    """The test of all models where patients, or groups of look-alikes, have several images."""
    return Method(
        say("Wald test of equal accuracies"),
        say("Whether all models err equally often, the images of a patient added up.")
        if patients
        else say("Whether all models err equally often, look-alikes added up."),
        say("Patients independent, and enough of them for a chi-squared law.")
        if patients
        else say(
            "Groups of look-alikes are independent, and enough for a chi-squared law; no patient "
            "is named."
        ),
    )


def holm(n: int) -> Method:
    """P-values of several pairs."""
    return Method(
        say("Holm's adjustment"),
        say("p-values of the AUC, adjusted for {n} pairs.", n=n),
        say(
            "Nothing about how the tests depend on one another. Tests of errors and other metrics "
            "are not adjusted."
        ),
    )


def equivalence(margin: float) -> Method:
    """Two one-sided tests."""
    return Method(
        say("Two one-sided tests (equivalence)"),
        say("Whether two AUCs differ by less than the margin of {margin:g}.", margin=margin),
        say("The margin was fixed before a look at the data; else as for the test of the AUC."),
    )


def seeds(n: int) -> Method:
    """The spread over seeds."""
    return Method(
        say("Spread over seeds"),
        say("Standard deviation of a score over {n} fits with other random numbers.", n=n),
        say("Seeds are a part of the chance only: images and folds stay the same."),
    )


_POOLED = say("Folds are put together, those of the first repeat and the first seed.")


def _with_folds(text: Text, folds: bool) -> Text:
    return joined([text, _POOLED if folds else ""])


def calibration(folds: bool) -> Method:
    return Method(
        say("Calibration error and its chance level"),
        say(
            "Whether probabilities come true: by bins of equal counts, beside what a model whose "
            "probabilities are all true would get on as many images."
        ),
        _with_folds(
            say(
                "Images of a bin are alike in their risk; the chance level takes images as "
                "independent."
            ),
            folds,
        ),
    )


def thresholds(folds: bool) -> Method:
    return Method(
        say("Operating points"),
        say("Sensitivity and the like at thresholds that were chosen without held-out images."),
        _with_folds(
            say(
                "The share of the ill among the held-out images is that of practice, as far as "
                "predictive values and net benefit go."
            ),
            folds,
        ),
    )


def decision_curve(folds: bool) -> Method:
    return Method(
        say("Decision curve"),
        say("Net benefit over thresholds, with intervals from the same bootstrap."),
        _with_folds(
            say(
                "Probabilities are calibrated, and the threshold says how many false alarms one "
                "hit is worth; intervals hold point by point, not for the whole curve at once."
            ),
            folds,
        ),
    )


def conformal(level: float) -> Method:
    return Method(
        say("Split conformal sets"),
        say("Sets that should hold the true class {level:.3g} % of the time.", level=level),
        say(
            "Patients to come are exchangeable with those calibrated on: the same population, the "
            "same scanners. The promise is for all classes together, not for each."
        ),
    )


LEARNING = Method(
    say("Learning curve"),
    say("AUC with a part of the training data; a crossing counts where it is beyond chance."),
    say("Few draws for each size; what lies beyond the last point is not known."),
)
CANARIES = Method(
    say("Canaries"),
    say(
        "Scores of what sees nothing of the patient. From an AUC of 0.6 on, an error where its "
        "interval reaches the best model; else a warning from 0.8 on, and a note where its "
        "interval is above 0.5. Shuffled labels: an error from 0.6 on with an interval above 0.5."
    ),
    say("They find shortcuts of their own kinds only: silence proves nothing about others."),
)
SUBGROUPS = Method(
    say("Subgroups"),
    say("Scores with intervals within each subgroup."),
    say("Subgroups were not tested against one another, and nothing is adjusted for their number."),
)
IMPORTANCE = Method(
    say("Permutation importance"),
    say("Drop of the AUC on the held-out part when a feature is shuffled."),
    say(
        "Says what these models used, not what is true of the disease; features that say the same "
        "hide one another. No test was made."
    ),
)
CORRELATION = Method(
    say("Spearman's rank correlation"),
    say("Which features say the same."),
    say("Images are counted, not patients; no test was made."),
)

OF_AUC = {
    "DeLong": DELONG,
    "Obuchowski": OBUCHOWSKI,
    "corrected resampled t": CORRECTED_T,
    "paired bootstrap": BOOTSTRAP_TEST,
}
OF_ERRORS: dict[str, Callable[[bool], Method]] = {  # where patients are known, or not
    "McNemar, exact": lambda patients: MCNEMAR,
    "McNemar for ": mcnemar_clustered,
    "Cochran": lambda patients: COCHRAN,
    "Wald": wald,
}
