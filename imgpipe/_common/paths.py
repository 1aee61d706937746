"""Where cached features, downloads and compiled code live, and how paths are shown."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """Folder of cached features and downloads: ``IMGPIPE_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("IMGPIPE_CACHE")
    return Path(chosen).expanduser() if chosen else _users_own("imgpipe")


def numba_cache_dir() -> Path:
    """Parent folder of compiled code: ``NUMBA_CACHE_DIR``, else one beside `cache_dir`'s default.

    ``IMGPIPE_CACHE`` does not move it: compiled code belongs to a machine, features to a project.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) if chosen else _users_own("imgpipe-numba")


def _users_own(name: str) -> Path:
    # imported here, so that `imgpipe doctor` can say that it is missing
    from platformdirs import user_cache_path

    return user_cache_path(name, appauthor=False)


def shown(path: str | os.PathLike[str]) -> str:
    """Write a path, or text with one in it, so that any file can hold it.

    What a name has in another encoding than UTF-8 is written in hexadecimal.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


_DOUBLE = (".nii.gz",)


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Suffix of a file in lower case, both parts of one that has two: ``.nii.gz``."""
    name = Path(path).name.lower()
    for double in _DOUBLE:
        if name.endswith(double) and name != double:
            return double
    return Path(name).suffix


def stem_of(path: str | os.PathLike[str]) -> str:
    """Name of a file without its suffix."""
    name = Path(path).name
    return name[: len(name) - len(suffix_of(name))]
