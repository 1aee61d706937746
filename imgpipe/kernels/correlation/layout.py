"""How an image lies in tiles, for the loops of dense weights.

The image is seen as four axes: outer, depth, height and width.
"""

from typing import Any, NamedTuple

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

# Lines of pixels and of sums in a scratch lie this far apart. A constant tells the compiler that
# they do not overlap; it is no multiple of 4 KiB, which lines in the first-level cache must not
# share.
PITCH = 1312
# lines of sums at once
ROWS = 4


class Tile(NamedTuple):
    """Some rows and columns of one plane; `in_place` is 0 where they are copied to be filtered.

    It is 1 where they are filtered where they are, and 2 where the columns at the border are, too.
    """

    plane: Any
    row: Any
    rows: Any
    column: Any
    columns: Any
    in_place: Any


class Layout(NamedTuple):
    """Tiles, borders and sizes.

    Loops are given it as a plain tuple, which Numba unpacks a microsecond sooner.
    """

    # one tile a line; the first tile of each group that shares a scratch, and the end of the last
    tiles: Array
    groups: Array
    # entries of `outer` and `inner`, from a plane of the image on, for each plane of weights
    planes: Array
    # source index of each position that the window can reach along an axis, -1 for `cval`
    outer: Array
    inner: Array
    rows: Array
    columns: Array
    # columns under the windows that reach over the border, where tiles are filtered in place
    sides: Array
    depth: int
    height: int
    width: int
    # how far the window reaches up and to the left, and how far it reaches in all
    above: int
    before: int
    tall: int
    wide: int
    # columns from one tap to the next
    step: int
    # lines of the scratch for each plane of weights, and how much of each is cleared
    lines: int
    cleared: int
    cval: Any


@jit_helper
def tile_at(tiles: Array, number: int) -> Tile:
    """Return a tile by its number."""
    return Tile(
        tiles[number, 0],
        tiles[number, 1],
        tiles[number, 2],
        tiles[number, 3],
        tiles[number, 4],
        tiles[number, 5],
    )
