"""What is said of the training images nearest to the one predicted."""

from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, say
from imgpipe.learn.cases import MOST
from imgpipe.report.patient.figures import percent

if TYPE_CHECKING:
    from imgpipe.bundle import Explained
    from imgpipe.evaluate.results.explained import Neighbours


def nearest(told: "Explained") -> list[Text]:
    """Say what the nearest training images are, or why there are none."""
    if told.neighbours is not None:
        return [of_its_class(told.neighbours, told.predicted), *resemblance(told.neighbours)]
    if not told.background:
        return [say("The model computes no features, so no training images are compared.")]
    return [
        say(
            "The model keeps none of its training images, so the nearest cannot be shown. Trained "
            "with --cases features it would keep names and features of up to {most:,} of them, and "
            "with --cases pictures small pictures as well.",
            most=MOST,
        )
    ]


def of_its_class(near: "Neighbours", predicted: str) -> Text:
    """Count the nearest training images that are of the predicted class."""
    return counted(
        sum(case.label == predicted for case in near.cases),
        "Of the {of} nearest, {n} is of the class {name}.",
        "Of the {of} nearest, {n} are of the class {name}.",
        of=len(near.cases),
        name=predicted,
    )


def resemblance(near: "Neighbours") -> list[Text]:
    """Say how far off the nearest training images are."""
    said = []
    if near.unlike:
        said.append(
            say(
                "This image is unlike the training images: it lies farther from the nearest one "
                "than {share} of these lie from theirs.",
                share=percent(near.farther),
            )
        )
    else:
        said.append(
            say(
                "It lies farther from the nearest training image than {share} of these lie from "
                "theirs.",
                share=percent(near.farther),
            )
        )
    if near.among < near.of:
        said.append(
            say(
                "Compared with {among} of {of} training images, drawn class by class.",
                among=near.among,
                of=near.of,
            )
        )
    return said
