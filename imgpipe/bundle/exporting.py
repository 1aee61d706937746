"""A model as one ONNX file, which runs without imgpipe."""

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, atomic_path, shown
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.container import content_of
from imgpipe.bundle.archive.refusing import refusing
from imgpipe.bundle.inference.opening import model_of
from imgpipe.bundle.single_graph.assembled import assembled
from imgpipe.bundle.single_graph.notes import notes_of
from imgpipe.bundle.single_graph.parity import checked
from imgpipe.bundle.suffix import check_suffix


@dataclass(frozen=True)
class Exported:
    """A model as one graph, and how near it comes to its bundle.

    Parameters
    ----------
    content : bytes
        The ONNX file.
    notes : dict of str to str
        Its metadata.
    images : int
        Made-up images that both looked at.
    difference : float
        Largest one of two probabilities.
    features : float or None
        Largest one of two features, as a share of the larger or, if that is more, of the feature's
        standard deviation in training; None for a network.
    """

    content: bytes
    notes: dict[str, str]
    images: int
    difference: float
    features: float | None

    def to_dict(self) -> dict[str, Any]:
        """Give all of it but the content, whose size is ``bytes``."""
        told = asdict(self)
        return {"bytes": len(told.pop("content")), **told}


def graph_of(path: str | os.PathLike[str]) -> Exported:
    """Make one ONNX graph of the model of a ``.imgpipe`` file, from pixels to probabilities.

    Parameters
    ----------
    path : path-like
        Of the bundle.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        As `export`.
    """
    check_suffix(path)
    if Path(path).suffix.lower() != ".imgpipe":
        raise InputError(
            f"{path}: export reads .imgpipe files; write one: imgpipe train --out NAME.imgpipe, "
            "or bundle.save(bundle.load(PATH, trust=True), NAME.imgpipe)"
        )
    with refusing(path):
        content = content_of(path)
        bundled = Bundled.of_bytes(content)
        notes = notes_of(bundled.manifest, hashlib.sha256(content).hexdigest())
        made = assembled(bundled, notes)
    model, _ = model_of(bundled, path)
    with refusing(path):
        found = checked(made, bundled, model)
    return Exported(made.content, notes, found.images, found.difference, found.features)


def export(path: str | os.PathLike[str], onnx_path: str | os.PathLike[str]) -> Exported:
    """Write the model of a ``.imgpipe`` file as one ONNX graph, from pixels to probabilities.

    The graph runs wherever onnxruntime does, without imgpipe. Its input ``image`` is one image as
    the model takes it, of its dtype and size: (y, x), or (y, x, 3) for colour. Where the model
    resizes images, it is one that was resized already. Its output ``probabilities``, float64 (k,),
    has the classes' order, which the metadata tell; it is NaN where the bundle refuses an
    image, as it does one whose filtered pixels are not all finite.

    Parameters
    ----------
    path : path-like
        Of the bundle.
    onnx_path : path-like
        With the suffix ``.onnx``. The file appears whole, and only if onnxruntime gave the bundle's
        classes, and its probabilities to 1e-5, on made-up images.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        If parts of the model cannot be written as ONNX, all of which are named; if the graph does
        not say what the bundle says; for a file that is no bundle, or was damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> trained = learn.fit(data, "svm", families="intensity", region="image")
    >>> with TemporaryDirectory() as folder:
    ...     bundle.save(trained, Path(folder, "nodules.imgpipe"))
    ...     told = bundle.export(Path(folder, "nodules.imgpipe"), Path(folder, "nodules.onnx"))
    >>> told.difference < 1e-5, told.notes["shape"]
    (True, '[64, 64]')
    """
    suffix = Path(onnx_path).suffix
    if suffix.lower() != ".onnx":
        raise InputError(f"{onnx_path}: the suffix .onnx is needed, found {suffix or 'none'}")
    if Path(onnx_path).is_dir():
        raise InputError(f"{shown(onnx_path)} is a folder; a file name is needed")
    made = graph_of(path)
    with atomic_path(onnx_path) as scratch:
        scratch.write_bytes(made.content)
    return made
