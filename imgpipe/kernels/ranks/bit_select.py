"""Where the n-th set bit of a 64-bit mask is, for whole rows of masks.

The counts of a mask's eight bytes fit side by side into one 64-bit word: no branches, no tables.
"""

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.plans.dtypes import Array

_ODD, _PAIRS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_NIBBLES, _SEVEN = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x7F7F7F7F7F7F7F7F)
_ONES, _TOPS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_DIAGONAL, _BYTE = np.uint64(0x8040201008040201), np.uint64(0xFF)
_1, _2, _3, _4, _7, _8, _56, _64 = (np.uint64(n) for n in (1, 2, 3, 4, 7, 8, 56, 64))


@jit
def beyond_words(masks: Array, following: Array, ranks: Array, places: Array, count: int) -> None:
    """Move on to the following word of a mask where the first holds too few bits for the rank."""
    for c in range(count):
        mask, rank = masks[c], ranks[c]
        sums = mask - ((mask >> _1) & _ODD)
        sums = (sums & _PAIRS) + ((sums >> _2) & _PAIRS)
        bits = (((sums + (sums >> _4)) & _NIBBLES) * _ONES) >> _56
        far = rank >= bits
        masks[c] = following[c] if far else mask
        ranks[c] = rank - bits if far else rank
        places[c] = places[c] + _64 if far else places[c]


@jit
def places_of(masks: Array, ranks: Array, places: Array, count: int) -> None:
    """Add to `places` the place of the set bit that has `ranks` set bits below it."""
    for c in range(count):
        mask, rank = masks[c], ranks[c]
        sums = mask - ((mask >> _1) & _ODD)
        sums = (sums & _PAIRS) + ((sums >> _2) & _PAIRS)
        # byte i: the set bits in bytes 0 to i
        sums = ((sums + (sums >> _4)) & _NIBBLES) * _ONES
        # the top bit of byte i is set where that many are not enough
        short = ((rank * _ONES | _TOPS) - sums) & _TOPS
        place = (((short >> _7) * _ONES) >> _56) << _3
        rank -= ((sums << _8) >> place) & _BYTE
        # the same within the byte, its bits spread over eight bytes
        spread = (((mask >> place) & _BYTE) * _ONES) & _DIAGONAL
        sums = (((((spread & _SEVEN) + _SEVEN) | spread) >> _7) & _ONES) * _ONES
        short = ((rank * _ONES | _TOPS) - sums) & _TOPS
        places[c] += place + (((short >> _7) * _ONES) >> _56)
