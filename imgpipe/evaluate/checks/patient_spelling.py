"""PAT003 and PAT004: patients that may be one under two names, or several under one."""

from imgpipe._common.texts import counted, say
from imgpipe.datasets.annotations.identity import alike, doubt_of
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed


def two_names(evidence: Evidence) -> list[Seen]:
    """Ids that differ in case, blanks or zeros, whether they were taken as one or not."""
    told = _notes(evidence, "PAT003")
    if told or evidence.groups is None:
        return told
    spelt = alike(str(group) for group in evidence.groups)
    extra = sum(len(found) - 1 for found in spelt)
    if not extra:
        return []
    text = counted(
        extra,
        "{n} patient id differs from another only in case, blanks or zeros; they count as "
        "different patients",
        "{n} patient ids differ from another only in case, blanks or zeros; they count as "
        "different patients",
    )
    return [Seen(text, listed(name for found in spelt for name in found))]


def rounded(evidence: Evidence) -> list[Seen]:
    """Ids such as 1.2E+11."""
    return _notes(evidence, "PAT004")


def _notes(evidence: Evidence, code: str) -> list[Seen]:
    return [Seen(note) for note in evidence.dataset.warnings if doubt_of(note) == code]


TWO_NAMES = Check(
    "PAT003",
    say("patients spelt in two ways"),
    "warning",
    say("7 and 007, or P7 and p7, may be one patient, who would then stand on both sides."),
    say("Spell each patient in one way; --ids exact takes them as different."),
    two_names,
)
ROUNDED = Check(
    "PAT004",
    say("rounded patient ids"),
    "warning",
    say("A spreadsheet has rounded long numbers: several patients may have become one."),
    say("Export the table again, with the ids as text."),
    rounded,
)
