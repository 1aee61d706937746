"""Texture matrices and their features in plain Python, by the words of the definition.

A matrix is a list of things (gray level, second number) and the number of pixels it stands for.
Levels are (z, y, x) with 0 outside.
"""

import math
from collections import Counter
from itertools import product

import numpy as np

FLAT = [(0, 0, 1), (0, 1, -1), (0, 1, 0), (0, 1, 1)]
DEEP = [(1, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


def level(levels, place):
    """Gray level at a place, 0 outside the image."""
    inside = all(0 <= c < n for c, n in zip(place, levels.shape, strict=True))
    return int(levels[place]) if inside else 0


def moved(place, step, times=1):
    return tuple(c + times * s for c, s in zip(place, step, strict=True))


def places(levels):
    return [p for p in np.ndindex(levels.shape) if levels[p] > 0]


def around(flat):
    steps = product((0,) if flat else (-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
    return [s for s in steps if s != (0, 0, 0)]


def runs(levels, step):
    """Runs in one direction, each at its first pixel."""
    found = []
    for place in places(levels):
        gray = level(levels, place)
        if level(levels, moved(place, step, -1)) == gray:
            continue
        length = 1
        while level(levels, moved(place, step, length)) == gray:
            length += 1
        found.append((gray, length))
    return found


def run_matrices(levels, code):
    steps = FLAT if code in ("BTW3", "SUJT", "JJUI", "ZW7Z") else FLAT + DEEP
    slices = list(levels[:, None]) if code in ("BTW3", "SUJT") else [levels]
    found = []
    for part in slices:
        # runs within slices never leave them
        n = len(places(part))
        if n == 0:
            continue
        each = [(runs(part, step), n) for step in steps]
        if code in ("BTW3", "JJUI", "ITBB"):
            found += each
        else:
            found.append(([run for things, _ in each for run in things], n * len(steps)))
    return found


def edge_distance(mask, place, flat):
    """Fewest steps through faces to a pixel that is not in the mask; the image ends there."""
    outside = list(np.ndindex(*(n + 2 for n in mask.shape)))
    best = math.inf
    for p in outside:
        q = moved(p, (-1, -1, -1))
        if (flat and q[0] != place[0]) or level(mask, q):
            continue
        best = min(best, sum(abs(a - b) for a, b in zip(q, place, strict=True)))
    return best


def zones(levels, mask, flat):
    """(level, size, distance, slice) of each set of connected pixels."""
    left = set(places(levels))
    found = []
    for start in sorted(left):
        if start not in left:
            continue
        left.remove(start)
        zone, front = [start], [start]
        while front:
            place = front.pop()
            for step in around(flat):
                there = moved(place, step)
                if there in left and levels[there] == levels[start]:
                    left.remove(there)
                    zone.append(there)
                    front.append(there)
        distance = min(edge_distance(mask, place, flat) for place in zone)
        found.append((int(levels[start]), len(zone), distance, start[0]))
    return found


def zone_matrices(levels, mask, code, column):
    found = zones(levels, mask, flat=code != "KOBO")
    if code != "8QNN":
        return [([(z[0], z[column]) for z in found], len(places(levels)))]
    slices = sorted({z[3] for z in found})
    return [
        ([(z[0], z[column]) for z in found if z[3] == k], np.count_nonzero(levels[k]))
        for k in slices
    ]


def dependence_matrices(levels, code):
    flat = code != "KOBO"
    things = [
        (p[0], (int(levels[p]), 1 + sum(level(levels, moved(p, s)) == levels[p]
                                        for s in around(flat))))
        for p in places(levels)
    ]  # fmt: skip
    return grouped(things, code)


def tone_matrices(levels, code):
    """Things are (gray level, |difference from the mean of the neighbours inside|)."""
    things = []
    for p in places(levels):
        near = [level(levels, moved(p, s)) for s in around(code != "KOBO")]
        near = [n for n in near if n > 0]
        if near:
            things.append((p[0], (int(levels[p]), abs(levels[p] - sum(near) / len(near)))))
    return grouped(things, code)


def grouped(things, code):
    """One matrix of all things, or one per slice."""
    if code != "8QNN":
        return [([thing for _, thing in things], len(things))]
    slices = sorted({z for z, _ in things})
    parts = [[thing for z, thing in things if z == k] for k in slices]
    return [(part, len(part)) for part in parts]


def count_features(things, n_pixels):
    """The 17 features of a matrix of counts."""
    total = len(things)
    joint = [c / total for c in Counter(things).values()]
    rows, columns = (Counter(thing[a] for thing in things).values() for a in (0, 1))

    def mean(f):
        return math.fsum(f(i, j) for i, j in things) / total

    mi, mj = mean(lambda i, j: i), mean(lambda i, j: j)
    return [
        mean(lambda i, j: 1 / j**2),
        mean(lambda i, j: j**2),
        mean(lambda i, j: 1 / i**2),
        mean(lambda i, j: i**2),
        mean(lambda i, j: 1 / i**2 / j**2),
        mean(lambda i, j: i**2 / j**2),
        mean(lambda i, j: j**2 / i**2),
        mean(lambda i, j: i**2 * j**2),
        sum(n**2 for n in rows) / total,
        sum(n**2 for n in rows) / total**2,
        sum(n**2 for n in columns) / total,
        sum(n**2 for n in columns) / total**2,
        total / n_pixels,
        mean(lambda i, j: (i - mi) ** 2),
        mean(lambda i, j: (j - mj) ** 2),
        -sum(p * math.log2(p) for p in joint),
        sum(p**2 for p in joint),
    ]


def tone_features(things, n_pixels):
    """The five features of a tone difference matrix; None where the denominator is zero."""
    grays = sorted({i for i, _ in things})
    p = {g: sum(i == g for i, _ in things) / n_pixels for g in grays}
    s = {g: math.fsum(d for i, d in things if i == g) for g in grays}
    pairs = list(product(grays, grays))
    weighted = sum(p[g] * s[g] for g in grays)
    differences = sum(s.values())
    spread = sum(p[i] * p[j] * (i - j) ** 2 for i, j in pairs)
    change = sum(abs(i * p[i] - j * p[j]) for i, j in pairs)
    g = len(grays)
    return [
        1 / weighted if weighted else None,
        spread / (g * (g - 1)) * differences / n_pixels if g > 1 else None,
        weighted / change if change else None,
        sum(abs(i - j) * (p[i] * s[i] + p[j] * s[j]) / (p[i] + p[j]) for i, j in pairs) / n_pixels,
        sum((p[i] + p[j]) * (i - j) ** 2 for i, j in pairs) / differences if weighted else None,
    ]
