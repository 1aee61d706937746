"""Measures of masks beside SimpleITK's: the same values, and the time they take."""

from typing import Any, NamedTuple

import numpy as np

from benchmarks.segment.sections import Absent, Goal, Section, Table, race
from imgpipe.segment import measure

_EQUAL = 1e-5  # relative: SimpleITK's distance maps are float32
_SAID = (
    "Dice, Jaccard, volumes, Hausdorff distance, its 95 % between surfaces and their mean distance "
    "of two masks, all at once. SimpleITK's are those of LabelOverlapMeasures, "
    "HausdorffDistance, and of SignedMaurerDistanceMap at the pixels of LabelContour, on images "
    "that were its own before. The difference is the largest one of these measures, relative."
)


def section(quick: bool) -> Section:
    """Race both on a disc, on ellipsoids and on noise."""
    try:
        import SimpleITK
    except ImportError:
        raise Absent("SimpleITK") from None
    found = Section("Measures of masks", [_SAID])
    rows = []
    for name, (a, b, spacing) in _pairs(quick).items():
        peer = _Peer.of(SimpleITK, a, b, spacing)
        (ours,) = measure(a, b, spacing)
        off = max(
            abs(getattr(ours, key) - value) / max(abs(value), 1e-9)
            for key, value in peer.values().items()
        )
        seconds = race(lambda a=a, b=b, s=spacing: measure(a, b, s), peer.values, quick=quick)
        figures = {
            "pair": name,
            "size": " x ".join(map(str, a.shape)),
            "difference": f"{off:.1e}",
            "imgpipe ms": f"{1000 * seconds[0]:.3g}",
            "SimpleITK ms": f"{1000 * seconds[1]:.3g}",
            "ratio": f"{seconds[1] / seconds[0]:.2g}",
        }
        rows.append(tuple(figures.values()))
        found.figures[name] = figures
        text = f"Measures of {name}: largest relative difference from SimpleITK's"
        found.goals.append(Goal(f"measures {name}", text, _EQUAL, off, side="most"))
    found.body.append(Table(tuple(figures), rows))
    return found


class _Peer(NamedTuple):
    """Two masks as images of SimpleITK."""

    sitk: Any
    first: Any
    second: Any

    @classmethod
    def of(cls, sitk: Any, a: np.ndarray, b: np.ndarray, spacing: tuple[float, ...]) -> "_Peer":
        images = [sitk.GetImageFromArray(each.astype(np.uint8)) for each in (a, b)]
        for image in images:
            image.SetSpacing(spacing[::-1])
        return cls(sitk, *images)

    def values(self) -> dict[str, float]:
        """What both can measure, by our names."""
        sitk = self.sitk
        overlap = sitk.LabelOverlapMeasuresImageFilter()
        overlap.Execute(self.first, self.second)
        whole = sitk.HausdorffDistanceImageFilter()
        whole.Execute(self.first, self.second)
        edges = [sitk.LabelContour(image) for image in (self.first, self.second)]
        far = [
            sitk.SignedMaurerDistanceMap(edge, squaredDistance=False, useImageSpacing=True)
            for edge in edges
        ]
        maps = [np.abs(sitk.GetArrayViewFromImage(each)) for each in far]
        on = [sitk.GetArrayViewFromImage(edge) != 0 for edge in edges]
        there, back = maps[1][on[0]], maps[0][on[1]]
        return {
            "dice": overlap.GetDiceCoefficient(),
            "jaccard": overlap.GetJaccardCoefficient(),
            "hausdorff": whole.GetHausdorffDistance(),
            "hausdorff_95": float(max(np.percentile(there, 95), np.percentile(back, 95))),
            "surface_distance": float(np.concatenate([there, back]).mean(dtype=np.float64)),
        }


def _pairs(quick: bool) -> dict[str, tuple[np.ndarray, np.ndarray, tuple[float, ...]]]:
    """Two masks and their spacing, none at the edge of the image."""
    side = 128 if quick else 512
    y, x = np.ogrid[:side, :side]
    disc = np.hypot(y - 0.45 * side, x - 0.5 * side) < 0.3 * side
    moved = np.hypot(y - 0.5 * side, x - 0.52 * side) < 0.28 * side
    n = 24 if quick else 96
    grid = np.ogrid[:n, : 2 * n, : 2 * n]

    def ellipsoid(*centre: float) -> np.ndarray:
        radii = (0.35 * n, 0.7 * n, 0.8 * n)
        parts = zip(grid, centre, radii, strict=True)
        return np.asarray(sum(((axis - c) / r) ** 2 for axis, c, r in parts) < 1)

    noise = np.zeros((2, n // 2, n // 2, n // 2), bool)
    noise[:, 1:-1, 1:-1, 1:-1] = np.random.default_rng(0).random((2, *(n // 2 - 2,) * 3)) < 0.2
    return {
        "discs": (disc, moved, (0.8, 0.8)),
        "ellipsoids": (ellipsoid(0.5 * n, n, n), ellipsoid(0.52 * n, 1.03 * n, n), (2.5, 0.8, 0.8)),
        "noise": (noise[0], noise[1], (2.5, 0.8, 0.8)),
    }
