"""What the file of a detector says of itself, for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from imgpipe.bundle.archive.kinds import DETECTOR_FORMAT
from imgpipe.bundle.archive.listed import Listed
from imgpipe.bundle.detection.manifest import FORMAT_VERSION, DetectorManifest, Rate


@dataclass(frozen=True, eq=False, repr=False)
class InspectedDetector(Listed):
    """A detector's file as it was found.

    Parameters
    ----------
    path : str
        Of the file, as given.
    bytes : int
        Its size.
    sha256 : str
        Of the whole file, in hexadecimal.
    manifest : DetectorManifest
    card : dict
        What `imgpipe.bundle.save` was told of the model.
    """

    path: str
    bytes: int
    sha256: str
    manifest: DetectorManifest
    card: Mapping[str, Any] = field(default_factory=dict)
    selftest: None = None
    ok: bool = True

    @property
    def _lead(self) -> str:
        told = self.manifest
        spots = {"both": "bright and dark"}.get(told.polarity, told.polarity)
        kind = "volumes" if told.axes == 3 else "images"
        return (
            f"a detector of {spots} lesions in {kind}; imgpipe detect DATA --model FILE --out DIR "
            "applies it"
        )

    def _facts(self) -> list[tuple[str, str]]:
        told, learnt = self.manifest, self.manifest.trained
        low, high = told.sigmas
        measured = "its pixels" if told.families is None else f"{len(told.features)} features"
        families = f" ({', '.join(told.families)})" if told.families else ""
        facts = [
            ("classifier", told.model),
            ("trained on", f"{learnt.lesions:,} lesions in {learnt.images:,} images; "
             f"{learnt.positive:,} candidates that are one, {learnt.negative:,} that are none"),
            ("found as candidates", f"{learnt.candidate_recall:.1%} of these lesions"),
            *self._judged(),
            ("scales", f"sigma {low:.3g} to {high:.3g}, in mm where images have a spacing, else "
             "in pixels"),
            ("candidates", f"{told.candidates:,} an image"),
            ("of each", f"a patch of {' x '.join([str(told.patch_size)] * told.axes)}: {measured}"
             f"{families}"),
            ("overlap", f"a box goes where a better one covers more than {told.nms:g} of the "
             "smaller of both"),
            ("rule", str(told.hit.text)),
            ("written by", ", ".join(f"{name} {no}" for name, no in told.written_by.items())),
            ("size", f"{self.bytes:,} bytes"),
            ("sha256", self.sha256),
        ]  # fmt: skip
        return facts + [(f"card: {name}", str(value)) for name, value in self.card.items()]

    def _judged(self) -> list[tuple[str, str]]:
        judged = self.manifest.judged
        if judged is None:
            return [("judged", "not known: no run was given when it was saved")]
        whose = (
            f"each image taken for one patient's, {judged.images:,} images"
            if judged.patients is None
            else f"{judged.patients:,} patients"
        )
        rates = [("sensitivity", _rate(each)) for each in _shown(judged.rates)]
        return [
            *rates,
            ("judged", f"detectors like it, in {judged.folds} folds of {judged.data}: "
             f"{judged.lesions:,} lesions, {whose}"),
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as values that JSON takes.

        Returns
        -------
        dict
        """
        told = {
            "path": self.path,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "format": DETECTOR_FORMAT,
            "format_version": FORMAT_VERSION,
            "selftest_here": None,
        }
        return told | asdict(self.manifest)


def _shown(rates: tuple[Rate, ...]) -> list[Rate]:
    """That at one false positive an image, or all where it was not asked for."""
    return [each for each in rates if each.false_positives == 1] or list(rates)


def _rate(told: Rate) -> str:
    ends = (
        ""
        if told.low is None or told.high is None
        else f" (95 % interval {told.low:.3f} to {told.high:.3f})"
    )
    score = "" if told.threshold is None else f", at scores of {told.threshold:.3g} or more"
    plural = "" if told.false_positives == 1 else "s"
    return (
        f"{told.sensitivity:.3f}{ends} at {told.false_positives:g} false positive{plural} an image"
        f"{score}"
    )
