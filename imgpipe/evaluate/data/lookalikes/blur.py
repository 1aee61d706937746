"""Correlation of two images of which one was blurred, as a copy is that was made smaller.

An image and its Laplacian are, in a first approximation, the image at any blur: so one image is
explained by the other one and its Laplacian.
"""

import numpy as np

from imgpipe._runtime.jit import jit_helper


@jit_helper
def blur_matched(x, y, place, rim):  # type: ignore[no-untyped-def]
    """Correlation of two images at a place, where either may be blurred to match the other."""
    t = x.shape[0]
    middle = (t - 1) / 2
    sums = np.zeros(4)
    products = np.zeros((4, 4))
    values = np.empty(4)
    n = 0
    for r in range(rim, t - rim):
        at = middle + (1 + place[0]) * (r - middle) + place[1]
        if not rim <= at < t - 1 - rim:
            continue
        top = int(at)
        q = at - top
        for c in range(rim, t - rim):
            to = middle + (1 + place[2]) * (c - middle) + place[3]
            if not rim <= to < t - 1 - rim:
                continue
            left = int(to)
            p = to - left
            values[0] = x[r, c]
            values[1] = x[r - 1, c] + x[r + 1, c] + x[r, c - 1] + x[r, c + 1] - 4 * x[r, c]
            v = w = 0.0
            for i in range(2):
                for j in range(2):
                    part = (q if i else 1 - q) * (p if j else 1 - p)
                    a, b = top + i, left + j
                    v += part * y[a, b]
                    w += part * (
                        y[a - 1, b] + y[a + 1, b] + y[a, b - 1] + y[a, b + 1] - 4 * y[a, b]
                    )
            values[2] = v
            values[3] = w
            n += 1
            for i in range(4):
                sums[i] += values[i]
                for j in range(i, 4):
                    products[i, j] += values[i] * values[j]
    if n == 0:
        return -1.0
    for i in range(4):
        for j in range(i, 4):
            products[i, j] -= sums[i] * sums[j] / n
            products[j, i] = products[i, j]
    return max(_explained(products, 2, 0, 1), _explained(products, 0, 2, 3))


@jit_helper
def _explained(products, target, first, second):  # type: ignore[no-untyped-def]
    """Multiple correlation of one of four values with two others."""
    a, b, c = products[first, first], products[first, second], products[second, second]
    u, v = products[target, first], products[target, second]
    whole = products[target, target]
    det = a * c - b * b
    if det <= 1e-9 * a * c or whole <= 0:
        return -1.0
    share = (u * (c * u - b * v) + v * (a * v - b * u)) / (det * whole)
    if u * c - b * v <= 0:  # an image is not the negative of its copy
        return -1.0
    return np.sqrt(min(max(share, 0.0), 1.0))
