"""The charts of a comparison as files for papers and slides."""

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, few, shown
from imgpipe.report.languages import speaking, tell

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison

_FIELDS = 9  # classes or models drawn beside one another
Draw = Callable[[Any], Any]


def figures(
    comparison: "Comparison",
    folder: str | os.PathLike[str],
    *,
    lang: str = "en",
    force: bool = False,
) -> list[Path]:
    """Write the charts of a comparison as SVG and PNG, for papers.

    Those are ``leaderboard``, ``roc``, ``precision_recall``, ``calibration``, ``confusion``,
    ``learning`` and ``decision``, each as ``.svg`` with text as text and ``.png`` of 300 dots an
    inch; the ones for which the comparison has nothing are left out. With several classes each has
    a field of its own, up to nine, and so has each model's confusion matrix.

    Parameters
    ----------
    comparison : imgpipe.evaluate.Comparison
        What `imgpipe.evaluate.compare` or `imgpipe.evaluate.load_run` returned.
    folder : path-like
        Made if it does not exist.
    lang : {"en", "zh"}
        Language of titles and legends.
    force : bool
        Replace files that are there.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        Without matplotlib, for another language, or where a file is there and `force` is False.

    Examples
    --------
    >>> from imgpipe.evaluate import load_run
    >>> from imgpipe.report import figures
    >>> figures(load_run("run"), "figures")  # doctest: +SKIP
    """
    from imgpipe.evaluate.plots import files

    with speaking(lang), files.drawing(chinese=lang == "zh"):
        if lang == "zh" and files.chinese_font() is None:
            warnings.warn(
                "no font with Chinese letters is installed: they will be boxes in the figures; "
                "install one, such as Noto Sans CJK (fonts-noto-cjk)",
                stacklevel=2,
            )
        drawn = _drawings(comparison)
        folder = Path(folder)
        _refuse_existing(folder, list(drawn), force, files.SUFFIXES)
        folder.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        for name, (draws, width, height) in drawn.items():
            figure, axes = files.fields(len(draws), width, height)
            for draw, ax in zip(draws, axes, strict=True):
                draw(ax)
            written += files.save(figure, folder / name)
    return written


def _drawings(comparison: "Comparison") -> dict[str, tuple[list[Draw], float, float]]:
    """By the name of the file: what draws each field, and a field's size in inches."""
    from imgpipe.evaluate import plots

    models = comparison.models
    names = [name for name in comparison.leaderboard()["model"] if name in {m.name for m in models}]
    side = 3.0 + 0.35 * min(len(comparison.dataset.classes), 24)
    found: dict[str, tuple[list[Draw], float, float]] = {
        "leaderboard": ([_bound(plots.plot_leaderboard, comparison)], 5.6, 1.1 + 0.36 * len(names)),
        "confusion": (
            [_bound(plots.plot_confusion, comparison, model=name) for name in names[:_FIELDS]],
            side, side,
        ),
    }  # fmt: skip
    curves = {
        "roc": (plots.plot_roc, [c.name for m in models for c in m.roc]),
        "precision_recall": (
            plots.plot_precision_recall,
            [one.name for m in models for one in m.operation],
        ),
        "calibration": (
            plots.plot_calibration,
            [c.name for m in models if m.calibration for c in m.calibration.curves],
        ),
        "decision": (plots.plot_decision, [one.name for m in models for one in m.operation]),
    }
    for name, (draw, labels) in curves.items():
        each = list(dict.fromkeys(labels))[:_FIELDS]
        if each:
            found[name] = ([_bound(draw, comparison, label=label) for label in each], 4.4, 4.4)
    if comparison.learning is not None:
        found["learning"] = ([_bound(plots.plot_learning, comparison)], 5.2, 3.9)
    return found


def _bound(draw: Callable[..., Any], comparison: "Comparison", **choice: Any) -> Draw:
    """Draw in the language that is spoken."""
    return lambda ax: draw(comparison, ax, write=tell, **choice)


def _refuse_existing(
    folder: Path, names: Sequence[str], force: bool, suffixes: Sequence[str]
) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{shown(folder)}: is a file; name a folder for the figures")
    there = [
        f"{n}{suffix}" for n in names for suffix in suffixes if (folder / f"{n}{suffix}").exists()
    ]
    if there and not force:
        raise InputError(
            f"{shown(folder)}: {few(there, 3)} is there already; --force (force=True) replaces it"
        )
