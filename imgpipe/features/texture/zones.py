"""Zones: connected pixels of one gray level, with their size and their distance from the edge.

Size and distance zone matrices come from the same zones, which are found once.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.texture.volumes import Counted, Matrices, Volumes

LEVEL, SIZE, DISTANCE = 0, 1, 2
_MOST_COUNTS = 2**28  # 2 GiB


class Zones(NamedTuple):
    """All zones of some volumes; those of volume k are rows ``bounds[k]`` to ``bounds[k + 1]``.

    Attributes
    ----------
    table : ndarray of int32, shape (zones, 3)
        Gray level, size in pixels, and smallest distance of a pixel from the edge.
    bounds : ndarray of int64, shape (m + 1,)
        First row of each volume.
    """

    table: np.ndarray
    bounds: np.ndarray


def count_zones(volumes: Volumes, column: int) -> Counted:
    """Count zones by gray level and by `column` of their table.

    Only the values that occur become columns: zones may be as large as the image, but there are
    then few.
    """
    zones = _zones_of(volumes)
    largest = int(zones.table[:, column].max(initial=1))
    # zones of k sizes have 1 + 2 + ... + k pixels at least
    most = min(largest, isqrt(2 * int(volumes.n_pixels.max()))) if column == SIZE else largest
    counts = np.zeros((len(volumes), 1, volumes.top + 1, most), np.int64)
    columns = np.ones((len(volumes), most), np.int64)
    n_columns = np.empty(len(volumes), np.int64)
    place = np.full(largest + 1, -1)
    _tabulate(zones.table, zones.bounds, column, place, counts, columns, n_columns)
    return Counted(counts, columns, n_columns)


def zone_matrices(matrices: Matrices) -> np.ndarray:
    """Counts (m, g, j) with a column for every value up to the largest, of volumes with pixels."""
    inside = matrices.n_pixels > 0
    columns, counts = matrices.columns[inside], matrices.counts[inside]
    shape = (len(counts), counts.shape[1] - 1, int(columns.max()))
    if np.prod(np.array(shape, float)) > _MOST_COUNTS:
        raise InputError(
            f"{shape[0]} x {shape[1]} x {shape[2]} counts (matrix, gray level, column) are too "
            "many for memory; use fewer bins or a smaller mask"
        )
    out = np.zeros(shape, np.int64)
    for full, part, values, n in zip(out, counts, columns, matrices.n_columns[inside], strict=True):
        full[:, values[:n] - 1] = part[1:, :n]
    return out


def _zones_of(volumes: Volumes) -> Zones:
    """Zones of neighbours within slices (8) or in the volume (26)."""
    if "zones" not in volumes.shared:
        levels, boxes = volumes.bordered, volumes.boxes
        distance = volumes.in_border(volumes.morphological_mask.astype(np.int32))
        _edge_distance(distance, volumes.flat)
        parent = np.empty(levels.reshape(len(levels), -1).shape, np.int32)
        _join(levels, boxes, volumes.steps(), parent)
        table = np.empty((int(volumes.n_pixels.sum()), 3), np.int32)
        bounds = np.zeros(len(levels) + 1, np.int64)
        _measure(levels, boxes, distance, parent, table, bounds)
        volumes.shared["zones"] = Zones(table[: bounds[-1]].copy(), bounds)
    zones: Zones = volumes.shared["zones"]
    return zones


@jit
def _tabulate(
    table: np.ndarray,
    bounds: np.ndarray,
    column: int,
    place: np.ndarray,
    counts: np.ndarray,
    columns: np.ndarray,
    n_columns: np.ndarray,
) -> None:
    """Fill the matrices of `Counted`; `place` is -1 everywhere, and is so again afterwards."""
    for k in range(counts.shape[0]):
        largest = 0
        for z in range(bounds[k], bounds[k + 1]):
            value = table[z, column]
            place[value] = 0
            largest = max(largest, value)
        n = 0
        for value in range(1, largest + 1):
            if place[value] == 0:
                place[value] = n
                columns[k, n] = value
                n += 1
        n_columns[k] = n
        for z in range(bounds[k], bounds[k + 1]):
            counts[k, 0, table[z, LEVEL], place[table[z, column]]] += 1
        for c in range(n):
            place[columns[k, c]] = -1


@jit
def _edge_distance(distance: np.ndarray, flat: bool) -> None:
    """Turn bordered masks of 0 and 1 into steps through faces to the nearest pixel outside.

    Within slices where `flat`. The image ends at its border, and pixels outside have 0.
    """
    n, depth, height, width = distance.shape
    for k in range(n):
        d = distance[k]
        first, last = (0, depth - 1) if flat else (1, depth - 2)
        for z in range(first, last + 1):
            for y in range(1, height - 1):
                for x in range(1, width - 1):
                    if d[z, y, x] > 0:
                        near = min(d[z, y, x - 1], d[z, y - 1, x])
                        if not flat:
                            near = min(near, d[z - 1, y, x])
                        d[z, y, x] = near + 1
        for z in range(last, first - 1, -1):
            for y in range(height - 2, 0, -1):
                for x in range(width - 2, 0, -1):
                    if d[z, y, x] > 1:
                        near = min(d[z, y, x + 1], d[z, y + 1, x])
                        if not flat:
                            near = min(near, d[z + 1, y, x])
                        d[z, y, x] = min(d[z, y, x], near + 1)


@jit_helper
def _root(parent: np.ndarray, p: int) -> int:
    """First pixel of the zone of `p`; halves the path on the way."""
    while parent[p] != p:
        parent[p] = parent[parent[p]]
        p = parent[p]
    return p


@jit
def _join(levels: np.ndarray, boxes: np.ndarray, steps: np.ndarray, parent: np.ndarray) -> None:
    """Union-find over the pixels of bordered volumes: `parent` leads to the first of each zone."""
    n, _, height, width = levels.shape
    # straight up or back: whatever it touches among the earlier neighbours is joined already
    straight = steps[2] if steps.size == 4 else steps[8]
    for k in range(n):
        pixels = levels[k].reshape(-1)
        zone = parent[k]
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                start = (z * height + y) * width
                for p in range(start + boxes[k, 2, 0], start + boxes[k, 2, 1]):
                    level = pixels[p]
                    if level == 0:
                        continue
                    if pixels[p - straight] == level:
                        zone[p] = _root(zone, p - straight)
                        continue
                    root = p
                    for d in range(steps.size):
                        q = p - steps[d]
                        if pixels[q] == level:
                            other = _root(zone, q)
                            if other < root:
                                zone[root] = other
                                root = other
                            elif other > root:
                                zone[other] = root
                    zone[p] = root


@jit
def _measure(
    levels: np.ndarray,
    boxes: np.ndarray,
    distance: np.ndarray,
    parent: np.ndarray,
    table: np.ndarray,
    bounds: np.ndarray,
) -> None:
    """List level, size and distance of each zone, in the order of their first pixels."""
    n, _, height, width = levels.shape
    n_zones = np.int64(0)
    for k in range(n):
        pixels = levels[k].reshape(-1)
        far = distance[k].reshape(-1)
        zone = parent[k]
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                start = (z * height + y) * width
                for p in range(start + boxes[k, 2, 0], start + boxes[k, 2, 1]):
                    if pixels[p] == 0:
                        continue
                    # what lies outside the mask of the shape is at its edge
                    d = max(far[p], 1)
                    first = zone[p]
                    if first == p:
                        row = n_zones
                        n_zones += 1
                        table[row, LEVEL] = pixels[p]
                        table[row, SIZE] = 1
                        table[row, DISTANCE] = d
                    else:
                        # roots come before the rest of their zone, and hold its row by then
                        while first >= 0:
                            first = zone[first]
                        row = ~first
                        table[row, SIZE] += 1
                        table[row, DISTANCE] = min(table[row, DISTANCE], d)
                    zone[p] = ~row
        bounds[k + 1] = n_zones
