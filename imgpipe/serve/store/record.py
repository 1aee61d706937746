"""What is kept of one prediction: the values that the JSON and the report show."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import imgpipe
from imgpipe.bundle import Predictions, Predictor
from imgpipe.serve.store.instance import Instance

RESEARCH = "For research use only; not for diagnosis."


@dataclass(frozen=True)
class ModelFile:
    """Which model predicts: the name of its file, and the digest of its bytes."""

    name: str
    sha256: str
    predictor: Predictor

    @property
    def version(self) -> str:
        """Short enough to read, long enough to tell files apart."""
        return self.sha256[:12]


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Record:
    """One prediction, or why there is none.

    Parameters
    ----------
    image : Instance
        UIDs of the image.
    model : ModelFile
        What predicted.
    predicted : str or None
        The most probable class; None where the image cannot be used.
    probabilities : dict of str to float
        By class, in the model's order; empty where the image cannot be used.
    ood : bool or None
        Whether the image is out of distribution; None where the model cannot tell.
    ood_distance : float or None
        Beyond 1 it is.
    warnings : tuple of str
        What was passed over, or taken for something else.
    error : str
        Why the image cannot be used; empty where it can.
    """

    image: Instance
    model: ModelFile
    predicted: str | None = None
    probabilities: dict[str, float] | None = None
    ood: bool | None = None
    ood_distance: float | None = None
    warnings: tuple[str, ...] = ()
    error: str = ""

    def warned(self, warning: str) -> "Record":
        """Give the same with one warning more."""
        return replace(self, warnings=(*self.warnings, warning))

    def with_error(self, error: str) -> "Record":
        """Give the same with an error."""
        return replace(self, error=error)

    def to_json(self, report: Path | None, time: datetime) -> bytes:
        """Strict JSON; `report` is the structured report beside it, if there is one."""
        content: dict[str, Any] = {
            "predicted": self.predicted,
            "probabilities": self.probabilities or {},
            "ood": self.ood,
            "ood_distance": self.ood_distance,
            "warnings": list(self.warnings),
            "error": self.error,
            "image": {
                "sop_instance_uid": self.image.sop_instance,
                "sop_class_uid": self.image.sop_class,
                "series_instance_uid": self.image.series,
                "study_instance_uid": self.image.study,
            },
            "report": None if report is None else report.name,
            "model": {"file": self.model.name, "sha256": self.model.sha256},
            "imgpipe": imgpipe.__version__,
            "time": time.isoformat(timespec="seconds"),
            "use": RESEARCH,
        }
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()


def record_of(told: Predictions, image: Instance, model: ModelFile) -> Record:
    """Take the only row of some predictions."""
    (row,) = told.to_records()
    if row["error"]:
        return Record(image, model, warnings=told.warnings, error=row["error"])
    shares = {name: row[f"p_{name}"] for name in told.classes}
    return Record(
        image,
        model,
        row["predicted"],
        shares,
        row.get("ood"),
        row.get("ood_distance"),
        told.warnings,
    )
