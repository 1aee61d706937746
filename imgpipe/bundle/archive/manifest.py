"""What a bundle says of itself, as JSON with a place for everything and nothing else."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.card_check import check_card
from imgpipe.bundle.archive.kept import Kept
from imgpipe.bundle.archive.kinds import refuse_others
from imgpipe.bundle.archive.refusing import Foreign, excerpt
from imgpipe.bundle.archive.strict_json import as_hinted, check_text, first_repeated, parsed
from imgpipe.images.fit import FITS
from imgpipe.images.slices import check_slices

FORMAT = "imgpipe"
FORMAT_VERSION = 1
MOST_CLASSES = 10_000
MOST_FEATURES = 100_000
MOST_PIXELS = 2**28
LONGEST_SIDE = 2**14
LONGEST_NAME = 200
MOST_SELFTEST = 8
MOST_SELFTEST_PIXELS = 2**23
PIXEL_TYPES = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
               "float16", "float32", "float64")  # fmt: skip
NUMBER_TYPES = ("|u1", "|i1", "|b1", "<i2", "<u2", "<i4", "<u4", "<i8", "<f4", "<f8")
NOVELTY_METHOD = "probabilistic PCA"
REGIONS = ("image", "mask", "box")


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
    fit: str = "stretch"
    slices: str | None = None
    any_size: bool = False


@dataclass(frozen=True)
class Selftest:
    """What the model said of made-up inputs, to be said again on another machine.

    `images` are so many images of `imgpipe.bundle.inference.selftest_images`, whose pixels have the
    digest `sha256`. The arrays ``selftest.points`` (rows of made-up features; none for a network)
    and ``selftest.probabilities`` (of the images, then of the points) stand beside it;
    ``selftest.features`` are those of the images, NaN where one is undefined, and
    ``selftest.distances`` say how unlike the training images, and then points, are.
    """

    images: int
    sha256: str


@dataclass(frozen=True)
class NoveltyFacts:
    """How images out of distribution are told; the arrays ``novelty.*`` stand beside it.

    `limit` is the distance beyond which one is flagged: the `percentile` of `held_out` training
    images of so many `groups` (patients, where they are known), of which `marked` lie beyond it;
    the largest of all where these are too few. `expected` is the share of new images like them that
    is flagged all the same. `extraction` says what is measured for a model without features.
    """

    method: str
    percentile: float
    held_out: int
    groups: int
    marked: int
    expected: float
    limit: float
    extraction: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Manifest:
    """All that a bundle says in words and numbers.

    `codes` are those of the classes that the fitted part knows, in the order of its columns.
    `steps` are the filters and the extraction (`imgpipe.bundle.archive.steps`), `fitted` says which
    kind of part follows them: ``"graph"``, ``"trees"`` or ``"network"``. `features` are their
    names, in order. `kept` tells of what is kept of the training, for explanations.
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
    kept: Kept = field(default_factory=Kept)
    novelty: NoveltyFacts | None = None
    members: Mapping[str, Member] = field(default_factory=dict)


_LATER = {"fit": "stretch", "slices": None, "any_size": False}


def described(content: bytes, array: np.ndarray | None = None) -> Member:
    """Measure a member."""
    digest = hashlib.sha256(content).hexdigest()
    if array is None:
        return Member(len(content), digest)
    return Member(len(content), digest, array.dtype.str, array.shape)


def to_json(manifest: Manifest) -> bytes:
    """Write a manifest."""
    content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(manifest)}
    # what says nothing is left out: earlier versions take such a file
    told = content["expected"]
    for name, value in _LATER.items():
        if told[name] == value:
            del told[name]
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()


def from_json(text: bytes) -> Manifest:
    """Read a manifest; an `InputError` for anything that `to_json` does not write."""
    content = parsed(text)
    refuse_others(content)
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise InputError(f'does not begin with "format": "{FORMAT}"')
    version = content.pop("format_version", None)
    if type(version) is int and version > FORMAT_VERSION:
        raise Foreign(
            f"is written in format {version}; this imgpipe reads {FORMAT_VERSION}: update imgpipe"
        )
    if type(version) is not int or version != FORMAT_VERSION:
        raise InputError(f"format_version is {excerpt(version)}; it must be {FORMAT_VERSION}")
    if isinstance(content.get("expected"), dict):
        content["expected"] = _LATER | content["expected"]
    manifest: Manifest = as_hinted(Manifest, content, "manifest")
    _check_classes(manifest)
    _check_expected(manifest.expected)
    _check_names("features", manifest.features, MOST_FEATURES)
    measures = manifest.steps.get("extraction") is not None
    if measures != bool(manifest.features):
        raise InputError(f"steps.extraction does not go with {len(manifest.features)} features")
    if (manifest.fitted.get("kind") == "network") == measures:
        raise InputError(
            f"fitted.kind is {excerpt(manifest.fitted.get('kind'))} with "
            f"{len(manifest.features)} features; a network takes none, and all others some"
        )
    told = manifest.selftest
    if told is not None and not 1 <= told.images <= MOST_SELFTEST:
        raise InputError(f"selftest.images is {told.images}; 1 to {MOST_SELFTEST} will do")
    if (
        told is not None
        and told.images * math.prod(manifest.expected.image_shape) > MOST_SELFTEST_PIXELS
    ):
        raise InputError(
            f"selftest.images of this size have more than {MOST_SELFTEST_PIXELS:,} pixels"
        )
    _check_novelty(manifest)
    check_card(manifest.card, manifest.classes)
    for name, member in manifest.members.items():
        check_member(name, member)
    return manifest


def _check_novelty(manifest: Manifest) -> None:
    told = manifest.novelty
    if told is None:
        return
    _check_choice("novelty.method", told.method, (NOVELTY_METHOD,))
    if not 0.0 < told.percentile < 100.0:
        raise InputError(f"novelty.percentile is {told.percentile}; it must lie in 0 to 100")
    if not 0 <= told.marked <= told.held_out or not 1 <= told.groups <= told.held_out:
        raise InputError(f"novelty.marked and .groups cannot be of {told.held_out} images held out")
    if not 0.0 <= told.expected <= 1.0:
        raise InputError(f"novelty.expected is {told.expected}; it must lie in 0 to 1")
    if not told.limit > 0.0:
        raise InputError(f"novelty.limit is {told.limit}; it must be positive")
    axis = manifest.expected.channel_axis
    wanted = None if manifest.features else {"families": "default", "channel_axis": axis}
    if told.extraction != wanted:
        raise InputError(f"novelty.extraction must be {excerpt(wanted)} for such a model")


def check_class_names(classes: Sequence[str]) -> None:
    """Refuse names of classes that no bundle holds."""
    if len(classes) < 2:
        raise InputError(f"classes are {len(classes)}; at least 2 are needed")
    for i, name in enumerate(classes):
        check_text(name, f"classes[{i}]")
    _check_names("classes", classes, MOST_CLASSES)


def _check_classes(manifest: Manifest) -> None:
    n = len(manifest.classes)
    check_class_names(manifest.classes)
    codes = manifest.codes
    if not codes or len(set(codes)) != len(codes) or not all(0 <= code < n for code in codes):
        raise InputError(f"codes must differ from one another and lie between 0 and {n - 1}")


def _check_names(what: str, names: Sequence[str], most: int) -> None:
    """Accept names that differ, have letters, and are not too long or too many."""
    if len(names) > most:
        raise InputError(f"{what} are {len(names):,}; {most:,} are allowed")
    for i, name in enumerate(names):
        if not name.strip() or len(name) > LONGEST_NAME or "\n" in name or "\t" in name:
            raise InputError(
                f"{what}[{i}] is {excerpt(name)}; a line of 1 to {LONGEST_NAME} letters is needed"
            )
    twice = first_repeated(names)
    if twice is not None:
        raise InputError(f"{what} have {excerpt(twice)} twice")


def _check_expected(expected: Expected) -> None:
    shape, axis = expected.image_shape, expected.channel_axis
    if axis not in (None, -1):
        raise InputError(f"expected.channel_axis is {axis}; it must be null or -1")
    least = 2 if axis is None else 3
    if not least <= len(shape) <= 4 or min(shape) < 1 or math.prod(shape) > MOST_PIXELS:
        raise InputError(
            f"expected.image_shape is {excerpt(str(shape))}; it must have {least} to 4 sides and "
            f"1 to {MOST_PIXELS:,} pixels"
        )
    _check_choice("expected.dtype", expected.dtype, PIXEL_TYPES)
    _check_choice("expected.region", expected.region, REGIONS)
    _check_choice("expected.fit", expected.fit, FITS)
    if expected.slices is not None:
        check_slices(expected.slices)
    if expected.unit is not None:
        _check_names("expected.unit", (expected.unit,), 1)
    if expected.any_size and expected.size is not None:
        raise InputError("expected.any_size does not go with expected.size")
    size = expected.size
    sides = size if isinstance(size, tuple) else (size,)
    if size is not None and not all(side and 1 <= side <= LONGEST_SIDE for side in sides):
        raise InputError(f"expected.size is {excerpt(str(size))}; 1 to {LONGEST_SIDE} will do")
    spatial = shape if axis is None else shape[:-1]
    pair = sides if len(sides) == 2 else sides * 2
    if size is not None and tuple(spatial[-2:]) != pair:
        raise InputError(
            f"expected.image_shape is {excerpt(str(shape))}, which no image resized to "
            f"expected.size {excerpt(str(size))} has"
        )
    if expected.window is not None and expected.window[0] >= expected.window[1]:
        raise InputError(f"expected.window is {expected.window}; it must rise")


def _check_choice(where: str, value: str, choice: Sequence[str]) -> None:
    if value not in choice:
        raise InputError(f"{where} is {excerpt(value)}; it must be one of {', '.join(choice)}")


def check_member(name: str, member: Member) -> None:
    """Accept a graph without a shape, and an array whose bytes are those of its shape."""
    where = f"members.{excerpt(name)}"
    if name.endswith(".onnx"):
        if (member.dtype, member.shape) != (None, None):
            raise InputError(f"{where} is a graph, and has a dtype or a shape")
        return
    if member.dtype is None or member.shape is None:
        raise InputError(f"{where} lacks its dtype or its shape")
    _check_choice(f"{where}.dtype", member.dtype, NUMBER_TYPES)
    shape = member.shape
    taken = math.prod(shape) * np.dtype(member.dtype).itemsize
    if len(shape) > 4 or min(shape, default=0) < 0 or taken != member.bytes:
        raise InputError(
            f"{where} has {member.bytes:,} bytes; its shape {excerpt(str(shape))} of "
            f"{member.dtype} takes {taken:,}"
        )
