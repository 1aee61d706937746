"""The door to what a model's file says of itself."""

import hashlib
import os
from pathlib import Path
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.detection.inspected import InspectedDetector
from imgpipe.bundle.model_card.inspected import Inspected
from imgpipe.bundle.pixels.inspected import InspectedPixels
from imgpipe.bundle.suffix import check_suffix

Found = Inspected | InspectedPixels | InspectedDetector


def inspect(path: str | os.PathLike[str], *, trust: bool = False) -> Found:
    """Read what a model's file says of itself, and let a bundle test itself on this machine.

    Parameters
    ----------
    path : path-like
        Written by `imgpipe.bundle.save` or ``imgpipe train``.
    trust : bool
        As for `imgpipe.bundle.load`: a joblib file can run any code when it is opened.

    Returns
    -------
    Inspected, InspectedPixels or InspectedDetector
        As text (``print``), values (``to_dict()``) or Markdown (``to_markdown()``).

    Raises
    ------
    InputError
        As `imgpipe.bundle.load`; and for a folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> trained = learn.fit(data, "svm", families="intensity")
    >>> with TemporaryDirectory() as folder:
    ...     bundle.save(trained, Path(folder, "nodules.imgpipe"))
    ...     found = bundle.inspect(Path(folder, "nodules.imgpipe"))
    >>> found.ok, found.manifest.features[0]
    (True, 'intensity_mean')
    """
    if Path(path).is_dir():
        raise InputError(f"{path} is a folder; inspect reads one model, a .imgpipe or .joblib file")
    check_suffix(path)
    # read once: what is judged has the digest
    if Path(path).suffix.lower() == ".imgpipe":
        return _of_bundle(path)
    from imgpipe.bundle.pickled.joblib_file import content_of, undumped

    content = content_of(path, trust)
    predictor = undumped(path, content)
    return _found(path, content, predictor.model, predictor.card)


def _of_bundle(path: str | os.PathLike[str]) -> Found:
    from imgpipe.bundle.archive.bundled import Bundled
    from imgpipe.bundle.archive.container import MANIFEST, content_of, unpacked
    from imgpipe.bundle.archive.kinds import is_detector, is_pixels
    from imgpipe.bundle.archive.refusing import refusing
    from imgpipe.bundle.inference.opening import model_of
    from imgpipe.bundle.inference.selftest import run_selftest

    with refusing(path):
        content = content_of(path)
        members = unpacked(content)
        if is_pixels(members[MANIFEST]):
            return _of_pixels(path, content, members)
        if is_detector(members[MANIFEST]):
            return _of_detector(path, content, members)
        bundled = Bundled.of_members(members)
    model, card = model_of(bundled, path)
    return _found(path, content, model, card, bundled.manifest, run_selftest(model, bundled))


def _of_pixels(
    path: str | os.PathLike[str], content: bytes, members: dict[str, bytes]
) -> InspectedPixels:
    from imgpipe.bundle.pixels.file import members_read

    manifest, model = members_read(members)
    digest, forest = hashlib.sha256(content).hexdigest(), model.forest_
    size = len(forest.roots), len(forest.feature)
    return InspectedPixels(os.fspath(path), len(content), digest, manifest, *size, manifest.card)


def _of_detector(
    path: str | os.PathLike[str], content: bytes, members: dict[str, bytes]
) -> InspectedDetector:
    from imgpipe.bundle.detection.file import members_read

    manifest, _ = members_read(members)
    digest = hashlib.sha256(content).hexdigest()
    return InspectedDetector(os.fspath(path), len(content), digest, manifest, manifest.card)


def _found(path: str | os.PathLike[str], content: bytes, *told: Any) -> Inspected:
    return Inspected(os.fspath(path), len(content), hashlib.sha256(content).hexdigest(), *told)
