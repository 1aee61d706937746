"""The active contour beside scikit-image's and SimpleITK's: masks, energies and speed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.segment.sections import Absent, Goal, Section, Table, data, dice, race
from imgpipe.images import read_series, window
from imgpipe.segment import active_contour, threshold

MU = 0.02
ALIKE, FASTER = 0.98, 10
# gray levels and iterations with which SimpleITK's contour comes to rest
_ITK_LEVELS, _ITK_ITERATIONS = 30, 60
_SMOOTHINGS = 100

_SAID = (
    f"All begin with Otsu's mask, with mu = {MU} and an image from 0 to 1, and go on until nothing "
    "changes (ours: tolerance 1e-4; `chan_vese`: 500 iterations; `morphological_chan_vese`, which "
    f"has no mu: {_SMOOTHINGS}, smoothing 1; SimpleITK's filter: {_ITK_ITERATIONS}, on levels from "
    f"0 to {_ITK_LEVELS} and with mu scaled as their square, since its time step is fixed). The "
    "energy is that of the mask by the formula of `active_contour`, in double precision. "
    "SimpleITK's mask lacks the outermost layer of what it found, which is added before it is "
    "compared. `chan_vese` takes no volumes."
)
_RACED = (
    "`chan_vese` and ours, 512 x 512, the same start. To convergence: ours with its default "
    "tolerance, `chan_vese` without one, until its mask has a Dice of at least "
    f"{ALIKE} with ours (iterations in steps of 50)."
)

Found = dict[str, np.ndarray]


class Case(NamedTuple):
    """An image and its name."""

    name: str
    image: np.ndarray


def section(quick: bool) -> Section:
    """Compare masks and energies, then race with `chan_vese`."""
    found = Section("Active contour", [_SAID])
    rows, alike, lowest = [], {}, []
    for case in _cases(quick):
        masks = _masks(case.image)
        energies = {name: energy_of(mask, _unit(case.image)) for name, mask in masks.items()}
        shared = {name: dice(mask, masks["ours"]) for name, mask in masks.items()}
        for peer in [name for name in masks if name != "ours"]:
            alike.setdefault(peer, []).append(shared[peer])
            lowest.append(energies["ours"] <= energies[peer] * (1 + 1e-3))
        size = " x ".join(map(str, case.image.shape))
        cells = [f"{energies['ours']:.1f}"]
        for peer in PEERS:
            cells += [f"{shared[peer]:.4f}", f"{energies[peer]:.1f}"] if peer in masks else ["", ""]
        rows.append((case.name, size, *cells))
        found.figures[case.name] = {"dice": shared, "energy": energies}
    names = [title for peer in PEERS for title in (f"Dice with {peer}", "its energy")]
    found.body.append(Table(("image", "size", "our energy", *names), rows))
    for peer, values in alike.items():
        text = f"Active contour: smallest Dice with {peer}"
        found.goals.append(Goal(f"contour {peer}", text, ALIKE, min(values)))
    text = "Active contour: share of masks whose energy is at most a thousandth above the peer's"
    found.goals.append(Goal("contour energy", text, 1, float(np.mean(lowest))))
    _add_race(found, quick)
    return found


def energy_of(mask: np.ndarray, image: np.ndarray) -> float:
    """Energy of a mask, written as the docstring of `active_contour` has it."""
    h = mask.astype(float)
    squares = np.zeros(h.shape)
    for axis in range(h.ndim):
        steps = np.diff(h, axis=axis) ** 2 / 2
        ends = [[(0, 0)] * h.ndim for _ in range(2)]
        ends[0][axis], ends[1][axis] = (0, 1), (1, 0)
        squares += np.pad(steps, ends[0]) + np.pad(steps, ends[1])
    length = (np.sqrt(squares + 0.1**2) - 0.1).sum()
    inside, outside = image[mask], image[~mask]
    return float(MU * length + sum(v.size * v.var() for v in (inside, outside) if v.size))


def _unit(image: np.ndarray) -> np.ndarray:
    low, high = float(image.min()), float(image.max())
    return (image.astype(float) - low) / (high - low)


def _masks(image: np.ndarray) -> Found:
    start = threshold(image)
    ours = active_contour(image, start, mu=MU, iterations=1000, tolerance=1e-4)
    found = {"ours": ours.mask}
    for name, peer in PEERS.items():
        mask = peer(_unit(image), start)
        if mask is not None:
            found[name] = mask
    return found


def _chan_vese(image: np.ndarray, start: np.ndarray, iterations: int = 500) -> np.ndarray | None:
    from skimage.segmentation import chan_vese

    if image.ndim != 2:
        return None
    begin = np.where(start, 1.0, -1.0)
    return chan_vese(image, mu=MU, tol=0, max_num_iter=iterations, init_level_set=begin)


def _morphological(image: np.ndarray, start: np.ndarray) -> np.ndarray:
    from skimage.segmentation import morphological_chan_vese

    return morphological_chan_vese(image, _SMOOTHINGS, init_level_set=start, smoothing=1) > 0


def _simpleitk(image: np.ndarray, start: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    try:
        import SimpleITK as sitk
    except ImportError:
        raise Absent("SimpleITK") from None
    away = ndimage.distance_transform_edt(~start) - ndimage.distance_transform_edt(start)
    walk = sitk.ScalarChanAndVeseDenseLevelSetImageFilter()
    walk.SetNumberOfIterations(_ITK_ITERATIONS)
    walk.SetMaximumRMSError(0)
    walk.SetCurvatureWeight(MU * _ITK_LEVELS**2)
    levels = (image * _ITK_LEVELS).astype(np.float32)
    result = walk.Execute(
        sitk.GetImageFromArray(away.astype(np.float32)), sitk.GetImageFromArray(levels)
    )
    # its level set is 0 in the layer inside, and it labels what is below 0
    layer = ndimage.generate_binary_structure(image.ndim, image.ndim)
    return ndimage.binary_dilation(sitk.GetArrayFromImage(result) > 0, layer)


PEERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray | None]] = {
    "chan_vese": _chan_vese,
    "morphological_chan_vese": _morphological,
    "SimpleITK": _simpleitk,
}


def _cases(quick: bool) -> list[Case]:
    side = 96 if quick else 256
    with np.load(data("busi", "busi_128.npz")) as kept:
        ultrasound = kept["images"][10]
    with np.load(data("nuclei", "dsb2018_nuclei_256.npz")) as kept:
        nuclei = kept["images"][5]
    volume = read_series(data("ct_series", "STS_025", "CT")).image
    middle = volume.pixels[len(volume.pixels) // 2]
    return [
        Case("disc with noise", _disc((side, side), 0.2)),
        Case("blobs with noise", _blobs(side, 0.1)),
        Case("CT, soft tissue", window(middle, "soft")),
        Case("ultrasound", ultrasound),
        Case("nuclei", nuclei),
        Case("ball with noise", _disc((40, 64, 64), 0.15)),
    ]


def _disc(shape: tuple[int, ...], noise: float) -> np.ndarray:
    """A disc or ball of 1 on 0, off the middle."""
    middle = [n * part for n, part in zip(shape, (0.45, 0.55, 0.5), strict=False)]
    grids = np.ogrid[tuple(slice(n) for n in shape)]
    far = sum((g - m) ** 2 for g, m in zip(grids, middle, strict=True))
    return (far < (0.3 * min(shape)) ** 2) + np.random.default_rng(0).normal(0, noise, shape)


def _blobs(side: int, noise: float) -> np.ndarray:
    """Nine discs of 0.6 to 1 on 0."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side]
    image = np.zeros((side, side))
    for _ in range(9):
        cy, cx, r = *(rng.uniform(0.1, 0.9, 2) * side), rng.uniform(0.04, 0.1) * side
        disc = (y - cy) ** 2 + (x - cx) ** 2 < r**2
        image = np.maximum(image, rng.uniform(0.6, 1) * disc)
    return image + rng.normal(0, noise, image.shape)


def _add_race(found: Section, quick: bool) -> None:
    side = 128 if quick else 512
    image = _disc((side, side), 0.3)
    start, unit = threshold(image), _unit(image)
    few = 50
    rows = [
        _raced(
            f"{few} iterations each",
            lambda: active_contour(image, start, mu=MU, iterations=few, tolerance=0),
            few,
            lambda: _chan_vese(unit, start, few),
            unit,
            quick,
        )
    ]
    converged = active_contour(image, start, mu=MU)
    for iterations in range(few, 501, few):
        if dice(_chan_vese(unit, start, iterations), converged.mask) >= ALIKE:
            break
    rows.append(
        _raced(
            "to convergence",
            lambda: active_contour(image, start, mu=MU),
            iterations,
            lambda: _chan_vese(unit, start, iterations),
            unit,
            quick,
        )
    )
    found.body += [_RACED, Table(tuple(rows[0]), [tuple(row.values()) for row in rows])]
    for row in rows:
        key, ratio = f"contour speed {row['run']}", float(row["ratio"])
        text = f"Active contour, {side} x {side}, {row['run']}: times as fast as chan_vese"
        found.goals.append(Goal(key, text, FASTER, ratio))
        found.figures[row["run"]] = row


def _raced(
    name: str,
    ours: Callable[[], Any],
    iterations: int,
    theirs: Callable[[], Any],
    unit: np.ndarray,
    quick: bool,
) -> dict[str, str]:
    contour, mask = ours(), theirs()
    mine, other = race(ours, theirs, quick=quick)
    return {
        "run": name,
        "our iterations": str(len(contour.energy)),
        "its iterations": str(iterations),
        "Dice": f"{dice(contour.mask, mask):.4f}",
        "our energy": f"{energy_of(contour.mask, unit):.0f}",
        "its energy": f"{energy_of(mask, unit):.0f}",
        "ours ms": f"{1e3 * mine:.1f}",
        "chan_vese ms": f"{1e3 * other:.0f}",
        "ratio": f"{other / mine:.0f}",
        "an iteration": f"{other / iterations / (mine / len(contour.energy)):.0f}",
    }
