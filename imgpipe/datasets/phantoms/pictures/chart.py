"""A test chart: edges of several heights and widths, lines, discs, gaps; noise and impulses."""

import numpy as np

from imgpipe.datasets.phantoms.pictures.canvas import SIDE, in_bytes

HALF = SIDE // 2
WIDTHS = (1, 2, 3, 5, 8, 12)


def draw_chart(rng: np.random.Generator, noise: float) -> np.ndarray:
    """Draw the chart with Gaussian noise all over and impulses in its right half."""
    chart = np.full((SIDE, SIDE), 90.0)
    chart[:HALF, :HALF] = _edges()
    chart[:HALF, HALF:] = _lines()
    chart[HALF:, :HALF] = _discs()
    chart[HALF:, HALF:] = _block()
    chart += rng.normal(0, noise, chart.shape)
    chance = rng.uniform(size=chart.shape)
    chance[:, :HALF] = 1
    chart[chance < 0.01] = 0
    chart[(chance >= 0.01) & (chance < 0.02)] = 255
    return in_bytes(chart)


def _edges() -> np.ndarray:
    """Steps of 20, 40 and 80 gray levels, each sharp, then over 8 and over 32 pixels."""
    x = np.arange(HALF)
    rows = []
    for height in (20, 40, 80):
        for ramp in (1, 8, 32):
            rows.append(90 + height * np.clip((x - HALF / 2) / ramp + 0.5, 0, 1))
    return np.repeat(rows, -(-HALF // len(rows)), axis=0)[:HALF]


def _lines() -> np.ndarray:
    """Bright lines above, dark ones below, of growing width."""
    part = np.full((HALF, HALF), 90.0)
    for i, width in enumerate(WIDTHS):
        at = 20 + 40 * i
        part[16:120, at : at + width] = 170
        part[136:240, at : at + width] = 30
    return part


def _discs() -> np.ndarray:
    """Discs whose radius doubles, bright and dark."""
    part = np.full((HALF, HALF), 90.0)
    y, x = np.ogrid[:HALF, :HALF]
    for row, level in ((70, 170.0), (186, 30.0)):
        for column, radius in ((20, 2), (48, 4), (84, 8), (132, 16), (206, 32)):
            part[np.hypot(y - row, x - column) <= radius] = level
    return part


def _block() -> np.ndarray:
    """Two blocks joined by bridges, with gaps and spurs, for openings and closings."""
    part = np.full((HALF, HALF), 60.0)
    part[40:216, 30:115] = 180
    part[40:216, 141:226] = 180
    for row, width in ((64, 2), (104, 4), (144, 8), (184, 16)):
        part[row : row + width, 115:141] = 180
        part[row : row + width, 45:95] = 60
        part[20:40, 141 + (row - 64) // 2 : 141 + (row - 64) // 2 + width] = 180
    return part
