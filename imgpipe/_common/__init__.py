"""What every room may use: errors, cache paths, atomic files, progress. Nothing heavy."""

from imgpipe._common.errors import ImageError, InputError, StoppedFit, code_of
from imgpipe._common.faults import Fault, collecting, fault
from imgpipe._common.files import atomic_path
from imgpipe._common.hidden import hidden_in, visible
from imgpipe._common.names import did_you_mean, unknown_name
from imgpipe._common.packages import MissingPackage, needed_for
from imgpipe._common.paths import cache_dir, numba_cache_dir, shown, stem_of, suffix_of
from imgpipe._common.progress import track
from imgpipe._common.sequences import by_position, few

__all__ = [
    "Fault",
    "ImageError",
    "InputError",
    "MissingPackage",
    "StoppedFit",
    "atomic_path",
    "by_position",
    "cache_dir",
    "code_of",
    "collecting",
    "did_you_mean",
    "fault",
    "few",
    "hidden_in",
    "needed_for",
    "numba_cache_dir",
    "shown",
    "stem_of",
    "suffix_of",
    "track",
    "unknown_name",
    "visible",
]
