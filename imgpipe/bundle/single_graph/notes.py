"""What an exported file says of itself: metadata, texts by name."""

import json
from typing import Any

import imgpipe
from imgpipe.bundle.archive.manifest import Manifest

FORMAT = "imgpipe graph 1"
USE = "For research and teaching. Not for clinical use."


def notes_of(manifest: Manifest, digest: str) -> dict[str, str]:
    """Tell of the model, of its images and of the bundle that it was made of.

    Parameters
    ----------
    manifest : Manifest
    digest : str
        SHA-256 of the bundle.

    Returns
    -------
    dict of str to str
        ``classes``, ``shape`` and ``resized`` (rows and columns that images were resized to in
        training, or null) are JSON; ``fit`` is there where these kept their aspect ratio.
    """
    expected = manifest.expected
    fit = {} if expected.fit == "stretch" else {"fit": expected.fit}
    rows_columns = list(expected.image_shape[:2])
    return {
        "format": FORMAT,
        "imgpipe": imgpipe.__version__,
        "bundle_sha256": digest,
        "model": str(manifest.card.get("model") or manifest.fitted["kind"]),
        "classes": _json(list(manifest.classes)),
        "dtype": expected.dtype,
        "shape": _json(list(expected.image_shape)),
        "channels": "1" if expected.channel_axis is None else "3",
        "resized": _json(None if expected.size is None else rows_columns),
        **fit,
        "use": USE,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
