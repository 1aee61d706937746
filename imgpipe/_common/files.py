"""Files and folders that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic_path(target: str | os.PathLike[str], *, folder: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it to `target` when the block succeeds.

    An error or an interrupt inside the block removes what was written and leaves `target` as it
    was. With ``folder=True`` the temporary path is an empty folder, and an existing folder at
    `target` is replaced.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    # mkdtemp is private to the user; what is published follows the umask like any other file
    umask = os.umask(0)
    os.umask(umask)
    scratch.chmod(0o777 & ~umask)
    # the suffix stays, since writers choose their format by it
    path = scratch if folder else scratch / target.name
    try:
        yield path
        if not folder:
            os.replace(path, target)
        else:
            _replace_folder(scratch, target)
    except OSError as error:
        # a write to an open file, on a full disk for one, does not know the file's name; the
        # temporary path is nobody's concern
        if error.errno is not None and _is_within(error.filename, scratch):
            error.filename = str(target)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _is_within(name: Any, scratch: Path) -> bool:
    """Tell whether an error names the temporary path, or something in it, or nothing."""
    return name is None or (
        isinstance(name, str | os.PathLike) and Path(name).is_relative_to(scratch)
    )


def _replace_folder(new: Path, target: Path) -> None:
    """Swap `target` for `new`; the old folder is deleted only once the new one stands."""
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent)) / "old"
        os.replace(target, old)
    try:
        os.replace(new, target)
    except BaseException:
        if old is not None:
            os.replace(old, target)
        raise
    finally:
        if old is not None:
            shutil.rmtree(old.parent, ignore_errors=True)
