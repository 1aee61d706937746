"""Zones: connected pixels of one gray level, with their size and their distance from the edge.

Size and distance zone matrices come from the same zones, which are found once.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.texture.volumes import Counted, Items, Matrices, Volumes

_MOST_COUNTS = 2**28  # 2 GiB
_FAR = 2**31 - 1  # the largest int32


class Zones(NamedTuple):
    """All zones of some volumes, each volume's in the order of their first pixels.

    Attributes
    ----------
    levels, sizes : ndarray of int32, shape (zones,)
        Gray level, and size in pixels.
    bounds : ndarray of int64, shape (m + 1,)
        First zone of each volume.
    of_pixel : ndarray of int32, shape (m, pixels)
        ~number of the zone of each pixel of the bordered volumes, where a pixel is inside.
    """

    levels: np.ndarray
    sizes: np.ndarray
    bounds: np.ndarray
    of_pixel: np.ndarray


def count_sizes(volumes: Volumes) -> Counted:
    """Count zones by gray level and size."""
    zones = _zones_of(volumes)
    # zones of k sizes have 1 + 2 + ... + k pixels at least
    most = isqrt(2 * int(volumes.n_pixels.max()))
    return tabulated(Items(zones.levels, zones.sizes, zones.bounds), volumes.top, most)


def count_distances(volumes: Volumes) -> Counted:
    """Count zones by gray level and smallest distance of a pixel from the edge."""
    zones = _zones_of(volumes)
    distance = np.zeros_like(volumes.bordered)
    nearest = np.full(zones.levels.size, _FAR, np.int32)
    _edge_distance(volumes.morphological_mask, volumes.bordered, zones.of_pixel, distance, nearest)
    return tabulated(Items(zones.levels, nearest, zones.bounds), volumes.top, distance.size)


def tabulated(items: Items, top: int, most: int) -> Counted:
    """Count items by gray level up to `top` and value, at most `most` different ones in a volume.

    Only the values that occur become columns: zones may be as large as the image, but there are
    then few.
    """
    largest = int(items.values.max(initial=1))
    shape = (len(items.bounds) - 1, 1, top + 1, min(most, largest))
    counts = np.zeros(shape, np.int32)
    columns = np.ones((shape[0], shape[-1]), np.int64)
    n_columns = np.empty(shape[0], np.int64)
    place = np.full(largest + 1, -1)
    _tabulate(*items, place, counts, columns, n_columns)
    return Counted(counts, columns, n_columns, items=items)


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
        parent = np.empty((len(levels), levels[0].size), np.int32)
        _join(levels, boxes, volumes.steps(), parent)
        most = int(volumes.n_pixels.sum())
        zone_levels, sizes = np.empty(most, np.int32), np.empty(most, np.int32)
        bounds = np.zeros(len(levels) + 1, np.int64)
        _measure(levels, boxes, parent, zone_levels, sizes, bounds)
        n = bounds[-1]
        volumes.shared["zones"] = Zones(zone_levels[:n].copy(), sizes[:n].copy(), bounds, parent)
    zones: Zones = volumes.shared["zones"]
    return zones


@jit
def _tabulate(
    levels: np.ndarray,
    values: np.ndarray,
    bounds: np.ndarray,
    place: np.ndarray,
    counts: np.ndarray,
    columns: np.ndarray,
    n_columns: np.ndarray,
) -> None:
    """Fill the matrices of `Counted`; `place` is -1 everywhere, and is so again afterwards."""
    for k in range(counts.shape[0]):
        largest = 0
        for z in range(bounds[k], bounds[k + 1]):
            place[values[z]] = 0
            largest = max(largest, values[z])
        n = 0
        for value in range(1, largest + 1):
            if place[value] == 0:
                place[value] = n
                columns[k, n] = value
                n += 1
        n_columns[k] = n
        for z in range(bounds[k], bounds[k + 1]):
            counts[k, 0, levels[z], place[values[z]]] += 1
        for c in range(n):
            place[columns[k, c]] = -1


@jit
def _edge_distance(
    masks: np.ndarray,
    levels: np.ndarray,
    zones: np.ndarray,
    distance: np.ndarray,
    nearest: np.ndarray,
) -> None:
    """Count steps through faces to the nearest pixel outside the masks, 0 outside.

    The image ends at its border; slices know one another where there is one along z. `nearest`
    becomes the least distance of each zone's pixels, of which those outside are at the edge.
    """
    n, depth, height, width = distance.shape
    flat = masks.shape[1] == depth
    first, last = (0, depth - 1) if flat else (1, depth - 2)
    for k in range(n):
        d = distance[k]
        pixels = levels[k].reshape(-1)
        for z in range(first, last + 1):
            for y in range(1, height - 1):
                row = masks[k, z - first, y - 1]
                for x in range(1, width - 1):
                    if row[x - 1]:
                        near = min(d[z, y, x - 1], d[z, y - 1, x])
                        if not flat:
                            near = min(near, d[z - 1, y, x])
                        d[z, y, x] = near + 1
        for z in range(last, first - 1, -1):
            for y in range(height - 2, 0, -1):
                start = (z * height + y) * width
                for x in range(width - 2, 0, -1):
                    here = d[z, y, x]
                    if here > 1:
                        near = min(d[z, y, x + 1], d[z, y + 1, x])
                        if not flat:
                            near = min(near, d[z + 1, y, x])
                        here = min(here, near + 1)
                        d[z, y, x] = here
                    if pixels[start + x] > 0:
                        zone = ~zones[k, start + x]
                        nearest[zone] = min(nearest[zone], max(here, 1))


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
    parent: np.ndarray,
    zone_levels: np.ndarray,
    sizes: np.ndarray,
    bounds: np.ndarray,
) -> None:
    """List level and size of each zone; ~its number replaces the parent of each pixel."""
    n, _, height, width = levels.shape
    n_zones = np.int64(0)
    for k in range(n):
        pixels = levels[k].reshape(-1)
        zone = parent[k]
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                start = (z * height + y) * width
                for p in range(start + boxes[k, 2, 0], start + boxes[k, 2, 1]):
                    if pixels[p] == 0:
                        continue
                    first = zone[p]
                    if first == p:
                        zone_levels[n_zones] = pixels[p]
                        sizes[n_zones] = 1
                        zone[p] = ~n_zones
                        n_zones += 1
                    else:
                        # roots come before the rest of their zone, and hold its number by then
                        while first >= 0:
                            first = zone[first]
                        sizes[~first] += 1
                        zone[p] = first
        bounds[k + 1] = n_zones
