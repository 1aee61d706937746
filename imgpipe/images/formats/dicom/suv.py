"""Standardised uptake values (SUV) of PET images: what the tags allow, and why not where not.

By body weight, after QIBA's vendor-neutral rules: the dose decays from its injection to the time
that the image is corrected to.
"""

import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from imgpipe._common.texts import Text, say
from imgpipe.images.formats.dicom.elements import element, items, number, numbers, text

_DAY = timedelta(days=1)
_LEAST_DOSE = 1e5  # Bq; less was told in other units
_HALF_LIVES = 10  # after which nothing is left to measure
_GE_SCAN = (0x0009, 0x100D)
_PHILIPS_SUV, _PHILIPS_BQML = (0x7053, 0x1000), (0x7053, 0x1009)


class Uptake(NamedTuple):
    """What the values of a PET image become."""

    factor: float
    """What they are multiplied with."""
    unit: str | None
    note: Text | None = None


class _Lacking(Exception):
    """What keeps an image from being turned into SUV."""


def uptake_of(name: str, dataset: Any) -> Uptake | None:
    """How values after the rescale become SUV by body weight; None for what is no PET image."""
    if text(name, dataset, "Modality") != "PT":
        return None
    unit = text(name, dataset, "Units").upper()
    if unit == "GML":
        kind = text(name, dataset, "SUVType").upper() or "BW"
        return Uptake(1.0, "SUV" if kind == "BW" else f"SUV {kind}")
    try:
        if unit == "BQML":
            return _by_weight(name, dataset, 1.0)
        if unit == "CNTS":
            return _of_counts(name, dataset)
        raise _Lacking(say("its unit is {unit}", unit=unit or "-"))
    except _Lacking as lacking:
        shown = "Bq/ml" if unit == "BQML" else unit or None
        note = say("no SUV, values are as stored ({unit}): {why}", unit=shown or "-",
                   why=lacking.args[0])  # fmt: skip
        return Uptake(1.0, shown, note)


def _of_counts(name: str, dataset: Any) -> Uptake:
    """Counts, of which Philips tells the factors in elements of its own."""
    factor = _private(dataset, _PHILIPS_SUV, "Philips PET Private Group")
    if factor > 0:
        note = say("counts as SUV by body weight, with the scanner's factor {factor:.6g}",
                   factor=factor)  # fmt: skip
        return Uptake(factor, "SUV", note)
    activity = _private(dataset, _PHILIPS_BQML, "Philips PET Private Group")
    if activity > 0:
        return _by_weight(name, dataset, activity)
    raise _Lacking(say("counts without the scanner's factor"))


def _private(dataset: Any, tag: tuple[int, int], creator: str) -> float:
    """A number of a vendor's own; 0 where there is none."""
    group, place = tag
    if str(dataset.get((group, place >> 8), "")) and creator in str(
        dataset.get((group, place >> 8))
    ):
        value = dataset.get(tag)
        found = number(getattr(value, "value", None), 0.0)
        return found if math.isfinite(found) else 0.0
    return 0.0


def _by_weight(name: str, dataset: Any, activity: float) -> Uptake:
    """Bq/ml, or what becomes that by a factor, divided by the dose for each gram."""
    weight = _positive(name, dataset, "PatientWeight")
    dose = _decayed(name, dataset)
    factor = activity * weight * 1000 / dose
    note = say(
        "Bq/ml as SUV by body weight: {weight:g} kg, {dose:.4g} MBq left, factor {factor:.6g}",
        weight=weight,
        dose=dose / 1e6,
        factor=factor,
    )
    return Uptake(factor, "SUV", note)


def _decayed(name: str, dataset: Any) -> float:
    """Dose in Bq at the time that the image is corrected to."""
    corrected = {str(word).upper() for word in _words(name, dataset, "CorrectedImage")}
    mode = text(name, dataset, "DecayCorrection").upper()
    wanted = ("ATTN",) if mode == "NONE" else ("ATTN", "DECY")
    for word in wanted:
        if word not in corrected:
            raise _Lacking(say("its CorrectedImage lacks {word}", word=word))
    drug = next(iter(items(name, dataset, "RadiopharmaceuticalInformationSequence")), None)
    if drug is None:
        raise _Lacking(_missing("RadiopharmaceuticalInformationSequence"))
    dose = _positive(name, drug, "RadionuclideTotalDose")
    if dose < _LEAST_DOSE:
        raise _Lacking(say("its RadionuclideTotalDose {dose:g} is no dose in Bq", dose=dose))
    if mode == "ADMIN":
        return dose
    half_life = _positive(name, drug, "RadionuclideHalfLife")
    if mode == "START":
        scan = _start_of_scan(name, dataset)
    elif mode == "NONE":
        scan = _moment(name, dataset, "AcquisitionDate", "AcquisitionTime")
    else:
        raise _Lacking(say("its DecayCorrection is {mode}", mode=mode or "-"))
    waited = (scan - _injection(name, drug, scan)).total_seconds()
    if not 0 <= waited <= _HALF_LIVES * half_life:
        raise _Lacking(say("injected {hours:.4g} hours before the scan", hours=waited / 3600))
    return dose * 2.0 ** (-waited / half_life)


def _start_of_scan(name: str, dataset: Any) -> datetime:
    """Start of the scan, to which decay is corrected; a series' own time may be later."""
    series = _moment(name, dataset, "SeriesDate", "SeriesTime")
    if series <= _moment(name, dataset, "AcquisitionDate", "AcquisitionTime"):
        return series
    if "GEMS_PETD" in str(dataset.get((_GE_SCAN[0], _GE_SCAN[1] >> 8), "")):
        scan = _parsed(str(getattr(dataset.get(_GE_SCAN), "value", "")))
        if scan is not None:
            return scan
    raise _Lacking(say("its SeriesTime is later than its AcquisitionTime"))


def _injection(name: str, drug: Any, scan: datetime) -> datetime:
    """Time of injection; of a time without a date, the last one before the scan."""
    whole = _parsed(text(name, drug, "RadiopharmaceuticalStartDateTime"))
    if whole is not None:
        return whole
    day = scan.strftime("%Y%m%d")
    start = _parsed(day + text(name, drug, "RadiopharmaceuticalStartTime"))
    if start is None or not text(name, drug, "RadiopharmaceuticalStartTime"):
        raise _Lacking(_missing("RadiopharmaceuticalStartTime"))
    return start if start <= scan else start - _DAY


def _moment(name: str, dataset: Any, date: str, time: str) -> datetime:
    found = _parsed(text(name, dataset, date) + text(name, dataset, time))
    if found is None or not text(name, dataset, time):
        raise _Lacking(_missing(f"{date}, {time}"))
    return found


def _parsed(told: str) -> datetime | None:
    """A moment as DICOM writes it, 20001004115224.5, without its time zone."""
    digits, _, part = told.split("+")[0].split("-")[0].strip().partition(".")
    if len(digits) < 10 or not digits.isdigit():
        return None
    try:
        whole = datetime.strptime(digits.ljust(14, "0")[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return whole + timedelta(seconds=float(f"0.{part}") if part.isdigit() else 0.0)


def _positive(name: str, dataset: Any, keyword: str) -> float:
    value = (*numbers(name, dataset, keyword), math.nan)[0]
    if not 0 < value < math.inf:
        raise _Lacking(_missing(keyword))
    return value


def _missing(what: str) -> Text:
    return say("its {what} is missing or none", what=what)


def _words(name: str, dataset: Any, keyword: str) -> list[Any]:
    value = element(name, dataset, keyword)
    return [value] if isinstance(value, str) else list(value or [])
