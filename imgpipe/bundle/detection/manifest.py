"""What the file of a detector says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.card_check import check_card
from imgpipe.bundle.archive.kinds import DETECTOR_FORMAT
from imgpipe.bundle.archive.manifest import Expected, Manifest, Member, check_member
from imgpipe.bundle.archive.refusing import Foreign, excerpt
from imgpipe.bundle.archive.strict_json import as_hinted, parsed
from imgpipe.detect.candidates.looking import Look
from imgpipe.detect.candidates.search import check_polarity
from imgpipe.detect.judging.hits import HitRule

FORMAT_VERSION = 1
CLASSES = ("none", "lesion")
MOST_CANDIDATES = 10_000
MOST_SAMPLES = 2**18
"""In a patch."""
LARGEST_SIGMA = 1e4
LONGEST_NAME = 200


@dataclass(frozen=True)
class Trained:
    """What it learnt from: counts, and the share of lesions that any candidate hit."""

    images: int
    lesions: int
    positive: int
    negative: int
    candidate_recall: float


@dataclass(frozen=True)
class Rate:
    """Sensitivity at so many false positives an image; null where there is no number."""

    false_positives: float
    sensitivity: float
    low: float | None
    high: float | None
    threshold: float | None


@dataclass(frozen=True)
class Judged:
    """How detectors of these settings did in cross-validation."""

    data: str
    data_hash: str
    images: int
    patients: int | None
    lesions: int
    folds: int
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class DetectorManifest:
    """All that the file says in words and numbers.

    `sigmas` to `families` say how images are looked at, as in `imgpipe.detect.Detector`; families
    are null where a network takes the patches. `fitted` says which kind of part judges candidates,
    and `features` what it is told of them.
    """

    model: str
    axes: int
    sigmas: tuple[float, float]
    polarity: str
    candidates: int
    patch_size: int
    families: tuple[str, ...] | None
    nms: float
    rule: str
    overlap: float | None
    radius: float | None
    fitted: Mapping[str, Any]
    features: tuple[str, ...]
    trained: Trained
    judged: Judged | None
    written_by: Mapping[str, str]
    card: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def look(self) -> Look:
        """How it looks at images."""
        low, high = self.sigmas
        return Look((low, high), self.polarity, self.candidates, self.patch_size, self.families)

    @property
    def hit(self) -> HitRule:
        """When a box hits a lesion."""
        return HitRule(self.rule, self.overlap, self.radius)

    @property
    def of_candidates(self) -> Manifest:
        """What a manifest of any classifier would say of that of candidates."""
        shape = (self.patch_size,) * self.axes
        given = Expected(shape, None, "float32", None, "image")
        return Manifest(
            CLASSES, (0, 1), given, {}, self.fitted, self.features, {}, members=self.members
        )


def to_json(manifest: DetectorManifest) -> bytes:
    """Write a manifest."""
    content = {"format": DETECTOR_FORMAT, "format_version": FORMAT_VERSION, **asdict(manifest)}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()


def from_json(text: bytes) -> DetectorManifest:
    """Read a manifest; an `InputError` for anything that `to_json` does not write."""
    content = parsed(text)
    if not isinstance(content, dict) or content.pop("format", None) != DETECTOR_FORMAT:
        raise InputError(f'does not begin with "format": "{DETECTOR_FORMAT}"')
    version = content.pop("format_version", None)
    if type(version) is int and version > FORMAT_VERSION:
        raise Foreign(
            f"is written in format {version} of detectors; this imgpipe reads {FORMAT_VERSION}: "
            "update imgpipe"
        )
    if type(version) is not int or version != FORMAT_VERSION:
        raise InputError(f"format_version is {excerpt(version)}; it must be {FORMAT_VERSION}")
    told: DetectorManifest = as_hinted(DetectorManifest, content, "manifest")
    _check_look(told)
    _check_features(told)
    _check_counts(told)
    check_card(told.card, CLASSES)
    for name, member in told.members.items():
        if not name.endswith((".array", ".onnx")):
            raise InputError(f"members has {excerpt(name)}, which no detector has")
        check_member(name, member)
    return told


def _check_look(told: DetectorManifest) -> None:
    if told.axes not in (2, 3):
        raise InputError(f"axes is {told.axes}; it must be 2 or 3")
    low, high = told.sigmas
    if not 0 < low <= high <= LARGEST_SIGMA:
        raise InputError(f"sigmas are {low:g} to {high:g}; they must rise from above 0")
    check_polarity(told.polarity)
    if not 1 <= told.candidates <= MOST_CANDIDATES:
        raise InputError(f"candidates is {told.candidates}; 1 to {MOST_CANDIDATES:,} will do")
    if not (told.patch_size >= 5 and told.patch_size**told.axes <= MOST_SAMPLES):
        raise InputError(
            f"patch_size is {told.patch_size}; 5 or more, and {MOST_SAMPLES:,} samples at most, "
            "will do"
        )
    if not 0 <= told.nms <= 1:
        raise InputError(f"nms is {told.nms}; it must lie in 0 to 1")
    _ = told.hit  # refuses what is no rule


def _check_features(told: DetectorManifest) -> None:
    if (told.families is None) != (told.fitted.get("kind") == "network"):
        raise InputError("families are for all but networks")
    if told.families is None:
        names: tuple[str, ...] = ()
    else:
        if len(set(told.families)) != len(told.families):
            raise InputError("families have one twice")
        names = tuple(told.look.names(told.axes))
    if told.features != names:
        raise InputError(
            f"features are {len(told.features)}, and not the {len(names)} of the families"
        )


def _check_counts(told: DetectorManifest) -> None:
    """Refuse counts and shares that no training and no run gives."""
    learnt, judged = told.trained, told.judged
    counts = [learnt.images, learnt.lesions, learnt.positive, learnt.negative]
    shares = [learnt.candidate_recall]
    if not told.model.strip() or len(told.model) > LONGEST_NAME or "\n" in told.model:
        raise InputError(f"model is {excerpt(told.model)}; a line is needed")
    if judged is not None:
        counts += [judged.images, judged.lesions, judged.folds]
        counts += [] if judged.patients is None else [judged.patients]
        for rate in judged.rates:
            shares += [rate.sensitivity, *(x for x in (rate.low, rate.high) if x is not None)]
            if rate.false_positives < 0:
                raise InputError("judged.rates must not be negative")
    if min(counts) < 1:
        raise InputError("trained and judged must tell of 1 or more of each")
    if not all(0 <= share <= 1 for share in shares):
        raise InputError("trained and judged have a share beyond 0 to 1")
