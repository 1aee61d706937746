"""Drawings as files: vector and raster, with a font that has the letters."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from imgpipe._common import atomic_path
from imgpipe.evaluate.plots.canvas import missing

SUFFIXES = (".svg", ".png")
_DPI = 300
_ACROSS = 3  # fields beside one another
# of Linux, macOS and Windows; a collection is known by the name of its first face
_CHINESE = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "PingFang SC",
    "Heiti SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Noto Serif CJK SC", "Noto Serif CJK JP", "Arial Unicode MS",
)  # fmt: skip


def chinese_font() -> str | None:
    """Name an installed font with Chinese letters, or None."""
    try:
        from matplotlib import font_manager
    except ImportError as error:
        raise missing(error) from None
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE if name in known), None)


@contextmanager
def drawing(chinese: bool) -> Iterator[None]:
    """Draw within the block for files: text stays text, and Chinese has a font where one is found.

    Settings of matplotlib are as before when the block is left.
    """
    font = chinese_font()
    import matplotlib

    fonts = ["DejaVu Sans"] if font is None else ["DejaVu Sans", font]
    settings = {
        "font.family": fonts[::-1] if chinese else fonts,
        "svg.fonttype": "none",
        "svg.hashsalt": "imgpipe",
        "axes.unicode_minus": True,
    }
    with matplotlib.rc_context(settings):
        yield


def fields(n: int, width: float, height: float) -> tuple[Any, list[Any]]:
    """Make a figure of `n` fields of this size in inches."""
    from matplotlib.figure import Figure

    columns = min(n, _ACROSS)
    rows = ceil(n / columns)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for ax in axes[n:]:
        ax.remove()
    return figure, axes[:n]


def save(figure: Any, stem: str | os.PathLike[str]) -> list[Path]:
    """Write a figure as SVG and PNG; the same figure gives the same bytes."""
    paths = [Path(f"{os.fspath(stem)}{suffix}") for suffix in SUFFIXES]
    for path in paths:
        about = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        with atomic_path(path) as scratch:
            figure.savefig(scratch, dpi=_DPI, bbox_inches="tight", pad_inches=0.06, metadata=about)
    return paths
