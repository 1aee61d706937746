"""Help of verbs with many options: these stand under headings, by what they are about."""

from collections.abc import Iterable

import click

MANY = 25
"""Options of a verb above which they stand under headings."""
SECTIONS: dict[str, tuple[str, ...]] = {
    "Data": (
        "groups", "split", "ids", "positive", "classes", "size", "fit", "slices", "volumes",
        "series", "allow_gaps", "region", "empty_mask", "duplicates",
    ),
    "Features": (
        "segment", "filters", "settings_file", "write_settings", "families", "aggregation", "bins",
        "bin_width", "low", "range", "outliers", "distance", "spacing", "resample",
        "interpolation", "rounding", "mask_interpolation", "mask_threshold", "channel_axis",
        "ivh_bins", "ivh_bin_width", "label",
    ),
    "Training": (
        "models", "model", "tune", "budget_seconds", "seed", "seeds", "repeats", "folds",
        "folds_of", "hold_out", "learning_curve", "run", "cases", "note",
    ),
    "Scores": (
        "subgroups", "thresholds", "conformal", "canaries", "cost", "margin", "least",
    ),
}  # fmt: skip
"""Headings, and the names of their options; the others are last, under none of these."""


def sorted_options(
    options: Iterable[click.Parameter],
) -> list[tuple[str, list[click.Parameter]]]:
    """Give headings with their options: in the order of `SECTIONS`, and of the verb in the rest."""
    by_name = {option.name or "": option for option in options}
    found = []
    for heading, names in SECTIONS.items():
        here = [by_name.pop(name) for name in names if name in by_name]
        if here:
            found.append((heading, here))
    return [*found, ("Options", list(by_name.values()))]
