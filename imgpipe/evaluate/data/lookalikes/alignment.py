"""Lay one image over another and correlate the two."""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.evaluate.data.lookalikes.blur import blur_matched

_MOST_STEPS = 8
_FIRST_STEPS = 2  # after which images that do not fit at all are given up
_APART = 0.3
_FINE_STEPS = 4
_STILL = 0.02  # pixels; a smaller step ends the search
_HOPELESS = 0.5  # correlation below which detail is not looked at
_MOST_SCALE = 0.09  # a crop of 5 % scales by 1.053
_LEAST_OVERLAP = 0.55  # of the side
_RIM = 3 / 28  # of the side, left out: a border may have been filled


def align(
    smooth: np.ndarray,
    coarse: np.ndarray,
    fine: np.ndarray,
    pairs: np.ndarray,
    turns: np.ndarray,
    shifts: np.ndarray,
    most_shift: float,
) -> np.ndarray:
    """Move and scale the second image of each pair until it fits the first.

    Parameters
    ----------
    smooth, coarse, fine : ndarray, shape (n, side, side)
        The images, their structures and their detail; `fine` may have a longer side.
    pairs, turns, shifts : ndarray
        Indices of two images; quarter turns of the second one, after a mirroring from 4 on; the
        shift from which the search starts, in pixels of `coarse`.
    most_shift : float
        Longest shift along an axis.

    Returns
    -------
    ndarray, shape (len(pairs), 4)
        Correlations of the images, their structures, their detail, and their detail where either
        may be blurred or sharpened to match the other, where they overlap; -1 for detail where the
        structures do not fit.
    """
    out = np.empty((len(pairs), 4))
    _align(smooth, coarse, fine, pairs, turns.astype(np.int64), shifts, most_shift, out)
    return out


@jit
def _align(smooth, coarse, fine, pairs, turns, shifts, most_shift, out):  # type: ignore[no-untyped-def]
    """Fill the rows of `out`, pair by pair."""
    side, longer = coarse.shape[1], fine.shape[1]
    turned = np.empty((side, side), np.float32)
    other = np.empty((side, side), np.float32)
    larger = np.empty((longer, longer), np.float32)
    place = np.empty(4)
    hessian = np.empty((4, 4))
    step = np.empty(4)
    grow = longer / side
    for k in range(len(pairs)):
        a, b = pairs[k, 0], pairs[k, 1]
        place[0] = place[2] = 0.0
        place[1], place[3] = shifts[k, 0], shifts[k, 1]
        out[k, :] = -1.0
        _turn(coarse[b], turns[k], turned)
        out[k, 1] = _fit(coarse[a], turned, place, most_shift, _MOST_STEPS)
        if not out[k, 1] >= _HOPELESS:
            continue
        _turn(smooth[b], turns[k], other)
        out[k, 0] = _look(smooth[a], other, place, hessian, step)
        if not out[k, 0] >= _HOPELESS:
            continue
        place[1] *= grow
        place[3] *= grow
        _turn(fine[b], turns[k], larger)
        out[k, 2] = _fit(fine[a], larger, place, most_shift * grow, _FINE_STEPS)
        place[1] /= grow
        place[3] /= grow
        out[k, 0] = _look(smooth[a], other, place, hessian, step)
        out[k, 1] = _look(coarse[a], turned, place, hessian, step)
        place[1] *= grow
        place[3] *= grow
        out[k, 3] = blur_matched(fine[a], larger, place, int(_RIM * longer + 0.5))


@jit_helper
def _turn(image, turn, out):  # type: ignore[no-untyped-def]
    """Write the image as `np.rot90` turns it, mirrored before from 4 on."""
    t = image.shape[0]
    for r in range(t):
        for c in range(t):
            i, j = r, c
            for _ in range(turn % 4):
                i, j = j, t - 1 - i
            if turn >= 4:
                j = t - 1 - j
            out[r, c] = image[i, j]


@jit_helper
def _fit(x, y, place, most_shift, steps):  # type: ignore[no-untyped-def]
    """Move y until it fits x; return the best correlation, its place in `place`."""
    best = -1.0
    kept = place.copy()
    hessian = np.empty((4, 4))
    side = np.empty(4)
    for step in range(steps + 1):
        value = _look(x, y, place, hessian, side)
        if value > best:
            best = value
            kept[:] = place
        elif value < best - 0.05:
            break
        if step == steps or (step >= _FIRST_STEPS and best < _APART):
            break
        if not _solve(hessian, side):
            break
        move = 0.0
        half = x.shape[0] / 2
        for axis in range(2):
            scale, shift = side[2 * axis], side[2 * axis + 1]
            scale = min(max(scale, -0.05), 0.05)
            shift = min(max(shift, -1.5), 1.5)
            whole = (1 + place[2 * axis]) / (1 + scale)
            place[2 * axis + 1] -= whole * shift
            place[2 * axis] = min(max(whole - 1, -_MOST_SCALE), _MOST_SCALE)
            place[2 * axis + 1] = min(max(place[2 * axis + 1], -most_shift), most_shift)
            move = max(move, abs(shift) + abs(scale) * half)
        if move < _STILL:
            break
    place[:] = kept
    return best


@jit_helper
def _look(x, y, place, hessian, side):  # type: ignore[no-untyped-def]
    """Correlation of x and y at this place, and the normal equations of the next step."""
    t = x.shape[0]
    rim = int(_RIM * t + 0.5)
    middle = (t - 1) / 2
    sxx = syy = sxy = sx = sy = 0.0
    n = 0
    h = np.zeros(10)
    jx = np.zeros(4)
    jy = np.zeros(4)
    js = np.zeros(4)
    low = np.empty(t, np.int64)
    part = np.empty(t, np.float32)
    first, last = t, -1
    for c in range(rim, t - rim):
        at = middle + (1 + place[2]) * (c - middle) + place[3]
        if rim <= at < t - 1 - rim:
            low[c] = int(at)
            part[c] = at - low[c]
            first = min(first, c)
            last = c
    for r in range(rim, t - rim):
        at = middle + (1 + place[0]) * (r - middle) + place[1]
        if not rim <= at < t - 1 - rim:
            continue
        top = int(at)
        q = np.float32(at - top)
        u = np.float32(r - middle)
        for c in range(first, last + 1):
            k = low[c]
            p = part[c]
            above = y[top, k] + p * (y[top, k + 1] - y[top, k])
            below = y[top + 1, k] + p * (y[top + 1, k + 1] - y[top + 1, k])
            v = above + q * (below - above)
            w = x[r, c]
            gr = np.float32(0.5) * (x[r + 1, c] - x[r - 1, c])
            gc = np.float32(0.5) * (x[r, c + 1] - x[r, c - 1])
            ur = gr * u
            uc = gc * np.float32(c - middle)
            n += 1
            sx += w
            sy += v
            sxx += w * w
            syy += v * v
            sxy += v * w
            h[0] += ur * ur
            h[1] += ur * gr
            h[2] += ur * uc
            h[3] += ur * gc
            h[4] += gr * gr
            h[5] += gr * uc
            h[6] += gr * gc
            h[7] += uc * uc
            h[8] += uc * gc
            h[9] += gc * gc
            jx[0] += ur * w
            jx[1] += gr * w
            jx[2] += uc * w
            jx[3] += gc * w
            jy[0] += ur * v
            jy[1] += gr * v
            jy[2] += uc * v
            jy[3] += gc * v
            js[0] += ur
            js[1] += gr
            js[2] += uc
            js[3] += gc
    if n < (_LEAST_OVERLAP * t) ** 2:
        return -1.0
    vx = sxx - sx * sx / n
    vy = syy - sy * sy / n
    if vx <= 1e-9 * n or vy <= 1e-9 * n:
        return -1.0
    k = 0
    for i in range(4):
        for j in range(i, 4):
            hessian[i, j] = hessian[j, i] = (h[k] - js[i] * js[j] / n) / vx
            k += 1
    for i in range(4):
        a = (jx[i] - js[i] * sx / n) / vx
        b = (jy[i] - js[i] * sy / n) / np.sqrt(vx * vy)
        side[i] = b - a
    return (sxy - sx * sy / n) / np.sqrt(vx * vy)


@jit_helper
def _solve(matrix, side):  # type: ignore[no-untyped-def]
    """Solve four equations in place, by elimination; False where they have no one solution."""
    for i in range(4):
        matrix[i, i] *= 1.001
    for i in range(4):
        if matrix[i, i] <= 1e-12:
            return False
        for j in range(i + 1, 4):
            factor = matrix[j, i] / matrix[i, i]
            for k in range(i, 4):
                matrix[j, k] -= factor * matrix[i, k]
            side[j] -= factor * side[i]
    for i in range(3, -1, -1):
        for k in range(i + 1, 4):
            side[i] -= matrix[i, k] * side[k]
        side[i] /= matrix[i, i]
    return True
