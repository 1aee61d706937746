"""The median of large boxes, for every dtype, by ranks within tiles of the image.

The pixels that the windows of one tile can see are sorted once. Their ranks fall into 64 bins of
equal size, so that a histogram of bins tells in which bin a median lies, whatever the values are;
which pixels of that bin a window holds is a bit mask, the same for every window of a row or column.
Nothing depends on the values but the order of memory accesses: noise costs as much as a gradient.
"""

import math
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.bit_select import beyond_words, places_of
from imgpipe.kernels.ranks.tilings import PITCH, last_three, tiling
from imgpipe.kernels.windows.padding import padded
from imgpipe.kernels.windows.window import Window


def tiled_median(image: Array, window: Window, cval: Any, out: Array) -> None:
    """Write the upper median of every window; `tiling_of` must have found a tiling."""
    sizes, shape = last_three(window.sizes), last_three(image.shape)
    plan = tiling(sizes, shape)
    assert plan is not None
    source = padded(image, window, cval)
    unsigned = np.dtype(f"u{image.itemsize}")
    bits = 8 * image.itemsize
    top = 1 << (bits - 1)
    flip = 0 if image.dtype.kind == "u" else top
    spread = 2**bits - 1 if image.dtype.kind == "f" else 0
    counts = [-(-n // t) for n, t in zip(shape, plan.shape, strict=True)]
    outer = image.size // math.prod(shape)
    run_bands(
        _tiles,
        outer * math.prod(counts),
        image.size * plan.cost * 10,
        source.view(unsigned).reshape(outer, *last_three(source.shape)),
        out.view(unsigned).reshape(outer, *shape),
        np.array([sizes, plan.shape, counts]),
        plan.words,
        np.array([flip, spread, bits - 1], np.uint64),
        np.arange(64, dtype=np.uint8),
    )


@jit
def _tiles(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    layout: Array,
    words: int,
    order: Array,
    levels: Array,
) -> None:
    """Filter tiles `start` to `stop`; rows of `layout`: window, tile, number of tiles."""
    k0, k1, k2 = layout[0]
    t0, t1, t2 = layout[1]
    g0, g1, g2 = layout[2]
    most = 4096 * words
    digit = 11 if x.itemsize > 2 else 8
    digits = (8 * x.itemsize + digit - 1) // digit
    lines = (t0 + k0 - 1) * (t1 + k1 - 1)
    pixels, keys = np.zeros(lines * PITCH, x.dtype), np.zeros(lines * PITCH, x.dtype)
    ids, spare = np.zeros(most, np.uint16), np.zeros(most, np.uint16)
    tally = np.zeros((digits, 1 << digit), np.uint16)
    bins = np.zeros(lines * PITCH, np.uint8)
    # the bits of all pixels in front of a column, a row or a plane; a pitch of no power of two
    pitch = 64 * words + 1
    before0 = np.zeros((t0 + k0) * pitch, np.uint64)
    before1 = np.zeros((t1 + k1) * pitch, np.uint64)
    before2 = np.zeros((t2 + k2) * pitch, np.uint64)
    inside = np.zeros(64 * words, np.uint64)
    columns = np.zeros((t2 + k2) * 64, np.uint8)
    masks = np.zeros((words, PITCH), np.uint64)
    places, ranks = np.zeros(PITCH, np.uint64), np.zeros(PITCH, np.uint64)
    for number in range(start, stop):
        i2, rest = number % g2 * t2, number // g2
        i1, rest = rest % g1 * t1, rest // g1
        i0, plane = rest % g0 * t0, rest // g0
        n0, n1 = min(t0, out.shape[1] - i0), min(t1, out.shape[2] - i1)
        n2 = min(t2, out.shape[3] - i2)
        r0, r1, r2 = n0 + k0 - 1, n1 + k1 - 1, n2 + k2 - 1
        region = x[plane, i0 : i0 + r0, i1 : i1 + r1, i2 : i2 + r2]
        _load(region, order, pixels, keys, ids, tally)
        _sort(keys, ids, spare, tally, region.size)
        _mark(ids, words, k0, r0, r1, r2, before0, before1, before2, bins)
        for z in range(n0):
            for y in range(n1):
                _count_columns(bins, z, y, k0, k1, r1, r2, levels, columns)
                first, last = before1[y * pitch :], before1[(y + k1) * pitch :]
                for v in range(inside.size):
                    inside[v] = first[v] ^ last[v]
                if n0 > 1:
                    first, last = before0[z * pitch :], before0[(z + k0) * pitch :]
                    for v in range(inside.size):
                        inside[v] &= first[v] ^ last[v]
                rank = k0 * k1 * k2 // 2
                _find_bins(columns, k2, n2, rank, before2, inside, words, places, ranks, masks)
                for w in range(words - 1):
                    beyond_words(masks[0], masks[w + 1], ranks, places, n2)
                places_of(masks[0], ranks, places, n2)
                line = out[plane, i0 + z, i1 + y, i2:]
                for c in range(n2):
                    line[c] = pixels[ids[places[c]]]


@jit_helper
def _clear(counts: Array) -> None:
    for i in range(counts.size):
        counts[i] = 0


@jit_helper(inline=True)
def _load(
    region: Array, order: Array, pixels: Array, keys: Array, ids: Array, tally: Array
) -> None:
    """Copy the pixels, make keys that sort as unsigned integers, and count the keys' digits."""
    flip, spread, top = order
    digit, mask = _digit(tally), tally.shape[1] - 1
    for d in range(tally.shape[0]):
        _clear(tally[d])
    count = 0
    for a in range(region.shape[0]):
        for b in range(region.shape[1]):
            line = region[a, b]
            first = (a * region.shape[1] + b) * PITCH
            copy, key, own = pixels[first:], keys[first:], ids[count:]
            for c in range(line.size):
                copy[c] = line[c]
            for c in range(line.size):
                bits = np.uint64(line[c])
                # the sign bit of signed values is flipped, negative floats are turned round
                key[c] = bits ^ (flip | (spread & (np.uint64(0) - (bits >> top))))
            for c in range(line.size):
                own[c] = first + c
            for d in range(tally.shape[0]):
                times = tally[d]
                for c in range(line.size):
                    times[np.int64(key[c] >> key.dtype.type(d * digit)) & mask] += 1
            count += line.size


@jit_helper
def _digit(tally: Array) -> int:
    """Bits of one digit of a key."""
    return 8 if tally.shape[1] == 256 else 11


@jit_helper(inline=True)
def _sort(keys: Array, ids: Array, spare: Array, tally: Array, count: int) -> None:
    """Sort the positions by their keys, digit by digit from the lowest."""
    digits, digit = tally.shape[0], _digit(tally)
    for d in range(digits):
        total = 0
        for value in range(tally.shape[1]):
            here = tally[d, value]
            tally[d, value] = total
            total += here
        _scatter(keys, ids, spare, tally[d], d * digit, count)
        ids, spare = spare, ids
    if digits & 1:
        for i in range(count):
            spare[i] = ids[i]


@jit_helper(inline=True)
def _scatter(
    keys: Array, ids: Array, out: Array, next_place: Array, shift: int, count: int
) -> None:
    mask, by = next_place.size - 1, keys.dtype.type(shift)
    for i in range(count):
        place = ids[i]
        value = np.int64(keys[place] >> by) & mask
        out[next_place[value]] = place
        next_place[value] += 1


@jit_helper(inline=True)
def _mark(
    ids: Array,
    words: int,
    k0: int,
    r0: int,
    r1: int,
    r2: int,
    before0: Array,
    before1: Array,
    before2: Array,
    bins: Array,
) -> None:
    """Give each pixel its bin, and its bit in the masks of all planes, rows, columns behind it."""
    pitch = 64 * words + 1
    _clear(before0)
    _clear(before1)
    _clear(before2)
    count = r0 * r1 * r2
    # where a tile is one plane thick, every window holds all planes of its region
    deep = r0 > k0
    plane = np.zeros(r0 * r1, np.int64)
    row = np.zeros(r0 * r1, np.int64)
    for line in range(r0 * r1):
        plane[line] = (line // r1 + 1) * pitch
        row[line] = (line % r1 + 1) * pitch
    for i in range(count):
        place = np.int64(ids[i])
        word = i >> 6
        bins[place] = word // words
        bit = np.uint64(1) << np.uint64(i & 63)
        part, column = place // PITCH, place % PITCH
        before2[(column + 1) * pitch + word] |= bit
        before1[row[part] + word] |= bit
        if deep:
            before0[plane[part] + word] |= bit
    if deep:
        _accumulate(before0, r0, pitch)
    _accumulate(before1, r1, pitch)
    _accumulate(before2, r2, pitch)


@jit_helper
def _accumulate(before: Array, count: int, pitch: int) -> None:
    for c in range(count):
        last, this = before[c * pitch :], before[(c + 1) * pitch :]
        for v in range(pitch):
            this[v] |= last[v]


@jit_helper(inline=True)
def _count_columns(
    bins: Array, z: int, y: int, k0: int, k1: int, r1: int, r2: int, levels: Array, columns: Array
) -> None:
    """Bring the columns to row (z, y): how many of a column's pixels lie in front of each bin."""
    if y == 0:
        _clear(columns)
    for a in range(z, z + k0):
        if y:
            enter = bins[(a * r1 + y + k1 - 1) * PITCH :]
            leave = bins[(a * r1 + y - 1) * PITCH :]
            for c in range(r2):
                column = columns[(c + 1) * 64 :]
                low = min(enter[c], leave[c])
                first, span = np.uint8(low + 1), np.uint8(max(enter[c], leave[c]) - low)
                change = np.uint8(1) if enter[c] < leave[c] else np.uint8(255)
                for v in range(64):
                    between = np.uint8(levels[v] - first) < span
                    column[v] = np.uint8(column[v] + (change if between else np.uint8(0)))
            continue
        for b in range(k1):
            enter = bins[(a * r1 + b) * PITCH :]
            for c in range(r2):
                column, own = columns[(c + 1) * 64 :], enter[c]
                for v in range(64):
                    column[v] = np.uint8(column[v] + np.uint8(levels[v] > own))


@jit_helper(inline=True)
def _find_bins(
    columns: Array,
    k2: int,
    count: int,
    rank: int,
    before2: Array,
    inside: Array,
    words: int,
    places: Array,
    ranks: Array,
    masks: Array,
) -> None:
    """For each window of a row: its median's bin, the rank in it, the pixels of it inside."""
    pitch = 64 * words + 1
    limit = np.uint16(rank)
    below = np.zeros(64, np.uint16)
    for c in range(1, k2):
        column = columns[c * 64 :]
        for v in range(64):
            below[v] = np.uint16(below[v] + column[v])
    for c in range(count):
        # column 0 is empty: the first window has no column to lose
        old, new = columns[c * 64 :], columns[(c + k2) * 64 :]
        bins = np.uint16(0)
        for v in range(64):
            n = np.uint16(below[v] + new[v] - old[v])
            below[v] = n
            bins = np.uint16(bins + np.uint16(n <= limit))
        # bin 0 has none in front of it: at least one bin was counted
        median = np.int64(bins) - 1
        ranks[c] = np.uint64(limit - below[median])
        places[c] = median * words
    for w in range(words):
        mask = masks[w]
        for c in range(count):
            word = np.int64(places[c]) + w
            mask[c] = (before2[c * pitch + word] ^ before2[(c + k2) * pitch + word]) & inside[word]
    for c in range(count):
        places[c] *= 64
