"""Moran's I and Geary's C over all pairs of pixels, without the loop over pairs.

Both weigh pairs by the inverse of their distance, which depends only on the lag between them. The
sum over all pairs is thus the sum over lags of weight times autocorrelation, and by Parseval's
theorem the sum over frequencies of their transforms: exact, at the cost of three FFTs of the
bounding box.
"""

import numpy as np

from imgpipe._runtime.jit import jit


def moran_geary(
    values: np.ndarray, inside: np.ndarray, spacing: tuple[float, ...]
) -> tuple[float, float]:
    """Moran's I and Geary's C of the pixels inside; NaN for one pixel or one intensity."""
    from scipy import fft

    n = int(np.count_nonzero(inside))
    if n < 2 or values[inside].min() == values[inside].max():
        return np.nan, np.nan
    x = np.where(inside, values - values[inside].mean(), 0.0)
    # to a mean square of 1, in two steps so that squares neither vanish nor overflow
    x /= np.abs(x).max()
    x /= np.sqrt((x**2).sum() / n)
    # the period must be even for the cosine transform of the weights, and hold every lag
    periods = [2 * fft.next_fast_len(size, real=True) for size in inside.shape]
    weights = _transformed_weights(periods, spacing)
    mask, first, second = (_transformed(a, periods) for a in (inside.astype(float), x, x**2))
    pairs, products, mixed = _sums(weights, mask, first, second)
    return products / pairs, (n - 1) / n * (mixed - products) / pairs


def _transformed_weights(periods: list[int], spacing: tuple[float, ...]) -> np.ndarray:
    """Transform of 1 / distance, 0 at lag 0: even along each axis, hence real and an octant."""
    from scipy import fft

    square = np.zeros(())
    for period, size in zip(periods, spacing, strict=True):
        square = square[..., None] + (np.arange(period // 2 + 1) * size) ** 2
    square.flat[0] = np.inf
    return fft.dctn(1 / np.sqrt(square), type=1)


def _transformed(a: np.ndarray, periods: list[int]) -> np.ndarray:
    """`rfftn` of `a` with zeros around it, which are left out as long as possible."""
    from scipy import fft

    out = fft.rfft(a, periods[-1], axis=-1)
    for axis in range(a.ndim - 2, -1, -1):
        out = fft.fft(out, periods[axis], axis=axis)
    return out.reshape((-1, *out.shape[-2:]))


def _sums(
    weights: np.ndarray, mask: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[float, float, float]:
    """Sums over pairs of weight times 1, x_i x_j and x_i^2."""
    out = np.empty(3)
    _weighted_products(weights.reshape((-1, *weights.shape[-2:])), mask, first, second, out)
    return out[0], out[1], out[2]


@jit
def _weighted_products(
    weights: np.ndarray, mask: np.ndarray, first: np.ndarray, second: np.ndarray, out: np.ndarray
) -> None:
    """Sums over frequencies of weight times |mask|^2, |first|^2 and Re(mask* second).

    A common factor (the number of frequencies) is left out: only ratios count.
    """
    depth, height, width = mask.shape
    out[:] = 0.0
    for i in range(depth):
        for j in range(height):
            row = weights[min(i, depth - i), min(j, height - j)]
            m = mask[i, j]
            a = first[i, j]
            b = second[i, j]
            pairs = 0.0
            products = 0.0
            mixed = 0.0
            for k in range(width):
                # frequencies that are not their own mirror stand for two
                w = row[k] if k in (0, width - 1) else 2 * row[k]
                pairs += w * (m[k].real ** 2 + m[k].imag ** 2)
                products += w * (a[k].real ** 2 + a[k].imag ** 2)
                mixed += w * (m[k].real * b[k].real + m[k].imag * b[k].imag)
            out[0] += pairs
            out[1] += products
            out[2] += mixed
