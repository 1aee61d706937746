"""The picture of the ratios: kernel and dtype against the window, a panel for each peer."""

from pathlib import Path

import numpy as np

from benchmarks.kernels.cases import Cell

# where a picture has one colour for everything above
HIGHEST = 50.0


def panels(cells: list[Cell]) -> dict[str, dict[tuple[str, int], tuple[float, bool]]]:
    """Title of each panel, and its ratios by row and window; True marks a stand-in for OpenCV."""
    found: dict[str, dict[tuple[str, int], tuple[float, bool]]] = {}
    for cell in cells:
        if cell.part == "threads":
            continue
        row = f"{cell.kernel} {cell.dtype}" + ("" if cell.image == "noise" else f", {cell.image}")
        if cell.part == "3d":
            ratios = {f"{who},\n{cell.shape}": cell.ratio(who) for who in cell.peers_ms}
        else:
            who = "loop over OpenCV" if cell.part == "stacks" else "OpenCV"
            ratios = {f"{who},\n{cell.shape}": cell.main_ratio}
        for title, ratio in ratios.items():
            if ratio is not None:
                stands_in = cell.part == "2d" and "OpenCV" not in cell.peers_ms
                found.setdefault(title, {})[row, cell.k] = (ratio, stands_in)
    return found


def draw(cells: list[Cell], path: Path) -> None:
    """Draw all panels on a light ground of their own, so that a dark page shows them alike."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    found = panels(cells)
    wide = [len({k for _, k in ratios}) for ratios in found.values()]
    tall = max(len({row for row, _ in ratios}) for ratios in found.values())
    figure, axes = pyplot.subplots(
        1,
        len(found),
        figsize=(sum(0.5 * n + 1.75 for n in wide), 0.235 * tall + 1.4),
        width_ratios=[n + 1.0 for n in wide],
        layout="constrained",
        facecolor="white",
        squeeze=False,
    )
    for axis, (title, ratios) in zip(axes[0], found.items(), strict=True):
        _panel(axis, title, ratios, tall)
    figure.suptitle(
        "Time of the peer / ours (red: ours is slower; *: best of SciPy and SimpleITK, "
        "OpenCV has no answer)",
        fontsize=10,
        color="black",
    )
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def colour(ratio: float) -> tuple[float, float, float]:
    """Red below 1, the deeper the slower; above, from pale to deep green on a scale of factors."""
    if ratio < 1:
        depth = min(1.0, (1 - ratio) / 0.5)
        pale, deep = (0.96, 0.55, 0.50), (0.75, 0.05, 0.10)
    else:
        depth = min(1.0, float(np.log(ratio) / np.log(HIGHEST)))
        pale, deep = (0.93, 0.97, 0.92), (0.05, 0.40, 0.25)
    red, green, blue = (p + (d - p) * depth for p, d in zip(pale, deep, strict=True))
    return red, green, blue


def _panel(axis, title: str, ratios: dict, tall: int) -> None:
    rows = list(dict.fromkeys(row for row, _ in ratios))
    sizes = sorted({k for _, k in ratios})
    shades = np.ones((len(rows), len(sizes), 3))
    for (row, k), (ratio, stands_in) in ratios.items():
        y, x = rows.index(row), sizes.index(k)
        shades[y, x] = colour(ratio)
        text = f"{ratio:.2f}" if ratio < 9.95 else f"{ratio:.0f}"
        dark = shades[y, x] @ (0.3, 0.59, 0.11) < 0.55
        axis.text(
            x,
            y,
            text + "*" * stands_in,
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else "black",
            weight="bold" if ratio < 1 else "normal",
        )
    axis.imshow(shades, aspect="auto")
    # one height of a row on all panels
    axis.set_ylim(tall - 0.5, -0.5)
    axis.set_xticks(range(len(sizes)), [str(k) for k in sizes], fontsize=8)
    axis.set_yticks(range(len(rows)), rows, fontsize=7)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.set_xlabel("window k", fontsize=8)
    axis.xaxis.set_label_position("top")
    axis.set_title(title, fontsize=9)
    for side in axis.spines.values():
        side.set_visible(False)
