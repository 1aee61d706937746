"""What can be wrong with data or scores, one subject a file, and the registry of all checks."""

from collections.abc import Iterable

from imgpipe._common import InputError, did_you_mean
from imgpipe.evaluate.checks import (
    borders,
    canaries,
    class_sizes,
    class_spelling,
    clipped,
    columns,
    constant,
    copies,
    empty_masks,
    file_names,
    fitted_before,
    formats,
    gray_levels,
    listed_twice,
    lookalikes,
    mask_area,
    no_patients,
    not_finite,
    not_searched,
    patient_labels,
    patient_spelling,
    perfect,
    reached,
    shift,
    shuffled_patients,
    sizes,
    standardised,
    torn_patients,
    usable_split,
)
from imgpipe.evaluate.checks.entry import SEVERITIES, Check
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.results import Finding

CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        constant.CHECK,
        not_finite.CHECK,
        clipped.CHECK,
        empty_masks.CHECK,
        sizes.CHECK,
        copies.ACROSS,
        copies.RELABELLED,
        copies.ANYWHERE,
        lookalikes.ACROSS,
        lookalikes.RELABELLED,
        lookalikes.ANYWHERE,
        not_searched.CHECK,
        listed_twice.CHECK,
        no_patients.CHECK,
        torn_patients.CHECK,
        patient_spelling.TWO_NAMES,
        patient_spelling.ROUNDED,
        patient_labels.CHECK,
        shuffled_patients.CHECK,
        class_spelling.CHECK,
        class_sizes.ONE,
        class_sizes.FEW_SAMPLES,
        class_sizes.UNEQUAL,
        usable_split.UNUSABLE,
        usable_split.LACKING,
        usable_split.UNDIVIDABLE,
        shift.LOOKS,
        shift.SHARES,
        standardised.CHECK,
        formats.SIZE,
        formats.SUFFIX,
        file_names.CHECK,
        formats.PIXEL_TYPE,
        borders.BORDER,
        gray_levels.BRIGHTNESS,
        gray_levels.CONTRAST,
        mask_area.CHECK,
        borders.CORNERS,
        columns.CHECK,
        perfect.CHECK,
        canaries.SHUFFLE,
        reached.CHECK,
        fitted_before.FROZEN,
        fitted_before.THRESHOLD,
        canaries.HIGH,
        canaries.REACHING,
        canaries.TELLING,
    )
}
"""Every check by its code."""


def known_codes(codes: Iterable[str]) -> list[str]:
    """Codes of checks, upper case; an `InputError` names one that there is not."""
    found = [str(code).strip().upper() for code in codes]
    for code in found:
        if code not in CHECKS:
            raise InputError(
                f"no check {code!r}; codes are {', '.join(list(CHECKS)[:4])}, ... "
                f"(docs/checks.md lists all){did_you_mean(code, CHECKS)}"
            )
    return found


def run_checks(evidence: Evidence, ignore: Iterable[str] = ()) -> tuple[Finding, ...]:
    """All findings but those of some codes, errors first, else in the order of the registry."""
    passed_over = set(known_codes(ignore))
    findings = [
        finding
        for code, check in CHECKS.items()
        if code not in passed_over
        for finding in check.findings(evidence)
    ]
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))
