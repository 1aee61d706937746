"""A model as one ONNX file, which runs without imgpipe."""

import os
from pathlib import Path

from imgpipe._common import atomic_path
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.refusing import refusing
from imgpipe.bundle.single_graph.assembled import assembled


def export(path: str | os.PathLike[str], onnx_path: str | os.PathLike[str]) -> None:
    """Write the model of a ``.imgpipe`` file as one ONNX graph, from pixels to probabilities.

    Parameters
    ----------
    path : path
        A ``.imgpipe`` file.
    onnx_path : path
        File to write.

    Raises
    ------
    InputError
        If a part of the model cannot be written as ONNX; it is named.
    """
    bundled = Bundled.read(path)
    with refusing(path):
        content = assembled(bundled)
    with atomic_path(onnx_path) as scratch:
        Path(scratch).write_bytes(content)
