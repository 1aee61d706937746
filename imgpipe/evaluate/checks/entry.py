"""What a check says of itself, and how what it sees becomes a finding."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imgpipe._common.texts import Text
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.results import Finding

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Seen:
    """What a check saw: a sentence, ids of images or patients, pairs of ids that look alike."""

    message: str
    ids: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Check:
    """An entry of the registry.

    Parameters
    ----------
    code : str
        What it is called in output, in ``--ignore`` and in `docs/checks.md`.
    title : Text
        What it looks for.
    severity : {"error", "warning", "note"}
        Scores cannot be trusted; they may be too good; worth knowing.
    meaning, remedy : Text
        What a finding means, and what would do.
    look : callable
        Takes `Evidence` and gives what it saw, nothing where all is well.
    of_images : bool
        Whether it looks at pixels or formats, and not at a table of features.
    """

    code: str
    title: Text
    severity: str
    meaning: Text
    remedy: Text
    look: Callable[[Evidence], Iterable[Seen]]
    of_images: bool = False

    def findings(self, evidence: Evidence) -> list[Finding]:
        """Findings of this check: those of the source under its code, then what it sees itself."""
        if self.of_images and evidence.dataset.region == "table":
            return []
        told = [Seen(f.message, f.ids) for f in evidence.faults if f.code == self.code]
        return [
            Finding(self.code, self.severity, seen.message, seen.ids, seen.pairs)
            for seen in (told or self.look(evidence))
        ]


def nothing(evidence: Evidence) -> list[Seen]:
    """See nothing: what such a check tells, reading the source found."""
    return []
