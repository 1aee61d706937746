"""Within which bounds settings are turned, for images of some 512 pixels a side."""

from typing import Any

from imgpipe._common.texts import Text, say
from imgpipe.images.windows import OF_THE_FILE, PRESETS
from imgpipe.lab.knobs.knob import Knob, choice, flag, gray_value, integer, number

_BORDERS = choice(
    "reflect",
    [
        ("reflect", say("mirrored at the edge")),
        ("mirror", say("mirrored at the last pixel")),
        ("nearest", say("the last pixel")),
        ("wrap", say("from the other side")),
        ("constant", say("zero")),
    ],
)
_WEIGHTS: list[tuple[Any, Text]] = [
    ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], say("sharpen")),
    ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], say("outline")),
    ([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], say("emboss")),
    ([[-1, 0, 1]], say("difference of columns")),
    ([[-1], [0], [1]], say("difference of rows")),
    ([[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]], say("smooth")),
]
_HU_WINDOWS = {
    "lung": say("lung"),
    "mediastinum": say("mediastinum"),
    "bone": say("bone"),
    "brain": say("brain"),
    "abdomen": say("abdomen"),
    "soft": say("soft tissue"),
}
_WINDOWS = [(name, _HU_WINDOWS.get(name, Text(name))) for name in PRESETS]
_WINDOWS.append((OF_THE_FILE, say("that of the file")))

OF_ALL: dict[str, Knob] = {
    "size": integer(1, 31, 3, 2).of_pixels(),
    "mode": _BORDERS,
    "axis": choice(-1, [(-1, say("across columns")), (-2, say("across rows"))]),
    "sigma": number(0.3, 15, 0.1, 1).of_pixels(),
    "order": choice(0, [(0, say("none")), (1, say("first")), (2, say("second"))]),
    "weights": choice(_WEIGHTS[0][0], _WEIGHTS),
}
"""Of kernels, and of plug-ins that call a setting alike."""

OF_ONE: dict[str, dict[str, Knob]] = {
    "gaussian_laplace": {"sigma": number(0.5, 15, 0.1, 2)},
    "window": {
        "preset": choice("lung", _WINDOWS, optional=True),
        "center": gray_value(optional=True),
        "width": Knob("number", None, 1.0, 4096.0, 1.0, optional=True, of="gray values"),
        "function": choice(
            "linear",
            [
                ("linear", say("straight")),
                ("linear_exact", say("straight, without half a step")),
                ("sigmoid", say("S-shaped")),
            ],
        ),
    },
    "percentile": {"low": number(0, 49, 0.5, 1), "high": number(51, 100, 0.5, 99)},
    "gamma": {"gamma": number(0.1, 5, 0.05, 0.5)},
    "clahe": {
        "clip": number(0.001, 0.1, 0.001, 0.01),
        "tiles": integer(1, 32, 8),
        "bins": integer(16, 1024, 256, 16),
    },
    "n4": {
        "shrink": integer(2, 8, 4).of_pixels(),
        "levels": integer(1, 5, 4),
        "iterations": integer(5, 100, 50, 5),
    },
    "nlm": {
        "strength": number(0.1, 2, 0.05, 0.8),
        # of independent pixels: the mean of n of them has 1 / sqrt(n) of their noise
        "sigma": Knob("number", None, 0.5, 200.0, 0.5, optional=True).of_pixels(),
        "patch": integer(3, 9, 5, 2).of_pixels(),
        "distance": integer(1, 8, 6).of_pixels(),
    },
    "tv": {
        # lengths of edges are weighed against areas
        "weight": number(0.01, 1, 0.01, 0.1).of_pixels(),
        "tolerance": number(0.0001, 0.01, 0.0001, 0.0002),
        "iterations": integer(10, 400, 200, 10),
    },
    "resample": {
        "spacing": number(0.3, 5, 0.1, 1),
        "interpolation": choice(
            "linear",
            [
                ("linear", say("linear")),
                ("nearest", say("nearest pixel")),
                ("cubic", say("cubic spline")),
            ],
        ),
    },
    "resize": {"size": integer(16, 1024, 256, 16)},
    "crop": {"threshold": gray_value(optional=True), "margin": integer(0, 50, 0)},
    "multi-otsu": {"classes": integer(2, 8, 3)},
    "fixed": {"value": gray_value(100.0)},
    "local": {"block": integer(3, 201, 51, 2).of_pixels()},
    "active-contour": {
        "mu": number(0, 2, 0.05, 0.25).of_pixels(),  # as the weight of tv
        "lambda1": number(0.1, 5, 0.1, 1),
        "lambda2": number(0.1, 5, 0.1, 1),
        "iterations": integer(1, 500, 200),
        "tolerance": number(0, 0.01, 0.0005, 0.001),
    },
    "cells": {"level": number(0, 0.95, 0.05, 0.5), "min_size": number(0, 0.95, 0.05, 0.15)},
    "lungs": {
        "threshold": number(-700, -200, 10, -400),
        "gas": number(-1000, -800, 5, -930),
        "closing": number(0, 20, 0.5, 6),
        "holes": number(0, 50, 0.5, 5),
        "min_size": number(0, 20, 0.5, 2),
    },
    "body": {"threshold": gray_value(optional=True), "opening": number(0, 20, 0.5, 4)},
    "bright-lesion": {
        "level": number(0, 1, 0.05, 0.5),
        "smoothing": number(0, 10, 0.1, 2),
        "holes": flag(True),
    },
    "dark-lesion": {
        "smoothing": number(0, 0.05, 0.001, 0.012),
        "min_size": number(0.001, 0.1, 0.001, 0.003),
        "max_size": number(0.15, 1, 0.05, 0.45),
    },
    "chest-xray-lungs": {
        "smoothing": number(0, 0.05, 0.001, 0.012),
        "closing": number(0, 0.1, 0.005, 0.04),
        "min_size": number(0.005, 0.1, 0.005, 0.02),
        "max_size": number(0.15, 0.5, 0.05, 0.25),
    },
}
"""Of one step, setting by setting."""


def by_default(default: Any) -> Knob | None:
    """Choose bounds by a default, for settings of which nothing else is known.

    Examples
    --------
    >>> by_default(3).high, by_default(0.5).high, by_default(True).kind, by_default("a") is None
    (12, 2.0, 'flag', True)
    """
    if isinstance(default, bool):
        return flag(default)
    if isinstance(default, int):
        return integer(
            min(default * 4, default > 0), max(4 * default, 10 * (default <= 0)), default
        )
    if isinstance(default, float):
        high = max(4 * default, float(default <= 0))
        return number(min(4 * default, 0.0), high, (high - min(4 * default, 0.0)) / 100, default)
    return None
