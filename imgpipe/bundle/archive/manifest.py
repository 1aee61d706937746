"""What a bundle says of itself, as JSON with a place for everything and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from imgpipe._common import InputError

FORMAT = "imgpipe"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Member:
    """Size, digest and, for numbers, type and shape of a member."""

    bytes: int
    sha256: str
    dtype: str | None = None
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Expected:
    """The images that the model takes."""

    image_shape: tuple[int, ...]
    channel_axis: int | None
    dtype: str
    size: int | tuple[int, int] | None
    region: str
    unit: str | None = None
    window: tuple[float, float] | None = None


@dataclass(frozen=True)
class Selftest:
    """What the model said of made-up inputs, to be said again on another machine.

    `images` are so many images of `imgpipe.bundle.running.made_up`, whose pixels have the digest
    `sha256`. The arrays ``selftest.points`` (rows of made-up features; none for a network) and
    ``selftest.probabilities`` (of the images, then of the points) stand beside it;
    ``selftest.features`` are those of the images, NaN where one is undefined.
    """

    images: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All that a bundle says in words and numbers.

    `codes` are those of the classes that the fitted part knows, in the order of its columns.
    `steps` are the filters and the extraction (`imgpipe.bundle.archive.steps`), `fitted` says which
    kind of part follows them: ``"graph"``, ``"trees"`` or ``"network"``. `features` are their
    names, in order.
    """

    classes: tuple[str, ...]
    codes: tuple[int, ...]
    expected: Expected
    steps: Mapping[str, Any]
    fitted: Mapping[str, Any]
    features: tuple[str, ...]
    written_by: Mapping[str, str]
    card: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    selftest: Selftest | None = None
    members: Mapping[str, Member] = field(default_factory=dict)


def described(content: bytes, array: np.ndarray | None = None) -> Member:
    """Measure a member."""
    digest = hashlib.sha256(content).hexdigest()
    if array is None:
        return Member(len(content), digest)
    return Member(len(content), digest, array.dtype.str, array.shape)


def to_json(manifest: Manifest) -> bytes:
    """Write a manifest."""
    content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(manifest)}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()


def from_json(text: bytes) -> Manifest:
    """Read a manifest; an `InputError` for anything that `to_json` does not write."""
    content = json.loads(text)
    if content.pop("format", None) != FORMAT or content.pop("format_version", 0) != FORMAT_VERSION:
        raise InputError("written in another format")
    if set(content) != {f.name for f in fields(Manifest)}:
        raise InputError("a manifest without all its parts")
    tuples = ("classes", "codes", "features", "warnings")
    content |= {name: tuple(content[name]) for name in tuples}
    expected = content["expected"]
    for name in ("image_shape", "size", "window"):
        if isinstance(expected[name], list):
            expected[name] = tuple(expected[name])
    content["expected"] = Expected(**expected)
    if content["selftest"] is not None:
        content["selftest"] = Selftest(**content["selftest"])
    content["members"] = {name: _member(each) for name, each in content["members"].items()}
    return Manifest(**content)


def _member(content: dict[str, Any]) -> Member:
    shape = content["shape"]
    return Member(**content | {"shape": None if shape is None else tuple(shape)})
