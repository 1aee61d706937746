"""Whom a run judged, on which folds; and why two runs may not have judged the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.spelling import some
from imgpipe.evaluate.results import Comparison

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Judged:
    """What a run's predictions say of whom it judged; `name` is the run's."""

    name: str
    comparison: Comparison

    @cached_property
    def rows(self) -> "pd.DataFrame":
        """Held-out rows of its first model and seed: a row a judgement."""
        table = self.comparison.predictions
        if "split" in table:
            table = table[table["split"] == "test"]
        table = table[table["model"] == self.comparison.models[0].name]
        return table[table["seed"] == table["seed"].iloc[0]] if "seed" in table else table

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of each image that was judged."""
        return dict(zip(self.rows["id"], self.rows["label"], strict=True))

    @cached_property
    def folds(self) -> frozenset[tuple[int, frozenset[str]]]:
        """Images that were judged together, by repeat; folds may be numbered otherwise."""
        if "fold" not in self.rows:
            return frozenset({(0, frozenset(self.labels))})
        groups = self.rows.groupby(["repeat", "fold"], sort=False)
        return frozenset((int(rows["repeat"].iloc[0]), frozenset(rows["id"])) for _, rows in groups)

    @property
    def in_folds(self) -> bool:
        return "fold" in self.rows

    @property
    def numbered(self) -> bool:
        """Whether images have no names but their numbers, which any data set has."""
        return all(name.isdecimal() for name in self.labels)


def other_labels(a: Judged, b: Judged) -> Text | None:
    """Say which images have one label in a run and another one in the other."""
    if not _same_images(a, b) or not _same_classes(a, b):
        return None
    differ = sorted(image for image, label in a.labels.items() if b.labels[image] != label)
    if not differ:
        return None
    return counted(
        len(differ),
        "{n} image has another label in {a} than in {b} ({ids}): one of the two is wrong, and "
        "their models are not compared.",
        "{n} images have another label in {a} than in {b} ({ids}): one of the two is wrong, and "
        "their models are not compared.",
        a=a.name,
        b=b.name,
        ids=some(differ),
    )


def why_unpaired(a: Judged, b: Judged) -> Text | None:
    """Say why models of two runs cannot be tested against one another; None where they can."""
    if not _same_classes(a, b):
        return say(
            "they tell other classes apart ({a_classes}; {b_classes})",
            a_classes=list(a.comparison.dataset.classes),
            b_classes=list(b.comparison.dataset.classes),
        )
    shared = len(a.labels.keys() & b.labels.keys())
    if not _same_images(a, b):
        if shared == 0 or (a.numbered and b.numbered):
            return say("they judged other images")
        return say(
            "they judged other images: {a} has {a_n}, {b} has {b_n}, and {shared} are in both",
            a=a.name,
            b=b.name,
            a_n=len(a.labels),
            b_n=len(b.labels),
            shared=shared,
        )
    if _maybe_others(a, b):
        return say(
            "their data differ, and images that have no names but numbers may be others under the "
            "same numbers"
        )
    if other_labels(a, b) is not None:
        return say("the images have other labels")
    if a.in_folds != b.in_folds:
        return say("one was judged on a given split, the other in folds")
    if a.folds != b.folds:
        return say(
            "they judged the same images on other folds: compare ... --folds-of {a} judges on the "
            "folds of {a}",
            a=a.name,
        )
    return None


def _same_classes(a: Judged, b: Judged) -> bool:
    return a.comparison.dataset.classes == b.comparison.dataset.classes


def _same_images(a: Judged, b: Judged) -> bool:
    return a.labels.keys() == b.labels.keys()


def _maybe_others(a: Judged, b: Judged) -> bool:
    """Whether nothing but numbers speaks for the images of two runs being the same."""
    one, other = a.comparison, b.comparison
    if one.run.data_hash == other.run.data_hash or not a.numbered:
        return False
    if one.dataset.source is None and other.dataset.source is None:
        return one.dataset.name != other.dataset.name
    return one.dataset.source != other.dataset.source
