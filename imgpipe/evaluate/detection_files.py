"""A detector's run as files in a folder."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.evaluate.reading import files
from imgpipe.evaluate.records.environment import cpu_model, threads, versions
from imgpipe.evaluate.results import RunFacts
from imgpipe.evaluate.strict_json import plain, write_json

if TYPE_CHECKING:
    from imgpipe.detect import DetectionRun, HeldOut
    from imgpipe.detect.applying import ImageBoxes

KIND = "detection"
_CORNERS = {2: ("y0", "x0", "y1", "x1"), 3: ("z0", "y0", "x0", "z1", "y1", "x1")}


def save_detections(
    run: "DetectionRun",
    folder: str | os.PathLike[str],
    *,
    command: str | None = None,
    called_in: str | None = None,
    n_jobs: int | None = None,
) -> None:
    """Write ``run.json, result.json, detections.csv, lesions.csv`` into `folder`.

    Parameters
    ----------
    run : DetectionRun
        From `imgpipe.detect.cross_validate`.
    folder : path-like
        Made if it does not exist.
    command, called_in : str, optional
        The command line, and where it was called.
    n_jobs : int, optional
        Workers that it had.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "result.json", detection_result(run))
    detections, lesions = _tables(run)
    detections.to_csv(folder / "detections.csv", index=False)
    lesions.to_csv(folder / "lesions.csv", index=False)
    facts = RunFacts(
        versions=versions(),
        seed=run.seed,
        seeds=1,
        data_hash=run.data_hash,
        cpu=cpu_model(),
        threads=threads(n_jobs),
        wall_seconds=run.wall_seconds,
        cpu_seconds=run.cpu_seconds,
        started=datetime.now().astimezone().isoformat(timespec="seconds"),
        command=command,
        called_in=called_in,
    )
    _record(folder, facts, ["result.json", "detections.csv", "lesions.csv"])


def save_found(
    found: "Sequence[ImageBoxes]",
    folder: str | os.PathLike[str],
    result: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> None:
    """Write ``run.json, result.json, detections.csv`` of images whose lesions are not known.

    Parameters
    ----------
    found : sequence of ImageBoxes
        From `imgpipe.detect.applying.find_in`.
    folder : path-like
        Made if it does not exist.
    result : dict
        What ``result.json`` holds.
    facts : dict
        Command, folder, time and workers, for ``run.json``.
    """
    import pandas as pd

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "result.json", dict(plain(result)))
    corners = _CORNERS[found[0].boxes.shape[1] // 2]
    every = np.concatenate([each.boxes for each in found])
    paths = np.repeat([each.id for each in found], [len(each.boxes) for each in found])
    columns = dict(zip((*corners, "score"), every.T, strict=True))
    pd.DataFrame({"path": paths, **columns}).to_csv(folder / "detections.csv", index=False)
    told = RunFacts(
        versions=versions(),
        seed=0,
        seeds=1,
        data_hash="",
        cpu=cpu_model(),
        started=datetime.now().astimezone().isoformat(timespec="seconds"),
        **facts,
    )
    _record(folder, told, ["result.json", "detections.csv"])


def _record(folder: Path, facts: RunFacts, written: Sequence[str]) -> None:
    record = {"format": files.FORMAT, "kind": KIND, **plain(facts)}
    write_json(folder / "run.json", {**record, "files": files.checksums(folder, written)})


def detection_result(run: "DetectionRun") -> dict[str, Any]:
    """Give what ``result.json`` holds of a run: scores with intervals, the curve, the settings."""
    found = run.froc
    metrics = {
        f"sensitivity_at_{each.false_positives:g}": {
            "value": each.sensitivity, "low": each.low, "high": each.high,
            "threshold": each.threshold,
        }
        for each in found.points
    }  # fmt: skip
    metrics["mean_sensitivity"] = {"value": found.mean, "low": found.low, "high": found.high}
    curve = {
        name: list(getattr(found, name))
        for name in ("thresholds", "false_positives", "sensitivity")
    }
    counts = ("images", "patients", "lesions", "detections")
    content = {
        "kind": KIND,
        "name": run.name,
        "models": {
            run.model: {
                "metrics": metrics,
                "settings": dict(run.settings),
                "cost": {"wall_seconds": run.wall_seconds, "cpu_seconds": run.cpu_seconds},
            }
        },
        "froc": curve,
        "counts": {name: getattr(found, name) for name in counts},
        "rule": found.rule,
        "folds": run.folds,
        "seed": run.seed,
        "patients_known": run.grouped,
        "rate": run.rate,
        "threshold": run.threshold,
        "warnings": list(run.warnings),
    }
    return dict(plain(content))


def _tables(run: "DetectionRun") -> Any:
    """Give detections, and lesions with the highest score of what hits them."""
    import pandas as pd

    images = run.images
    hits = np.concatenate([image.hits for image in images])
    best = np.concatenate([image.best for image in images])
    detections = _rows(images, [image.detections[:, :-1] for image in images])
    detections["score"] = np.concatenate([image.detections[:, -1] for image in images])
    detections["lesion"] = pd.array(np.where(hits < 0, 0, hits), "Int64")
    detections.loc[hits < 0, "lesion"] = pd.NA
    lesions = _rows(images, [image.lesions for image in images])
    lesions["lesion"] = np.concatenate([np.arange(len(image.lesions)) for image in images])
    lesions["score"] = np.where(np.isfinite(best), best, np.nan)
    if not run.folds:
        return detections.drop(columns="fold"), lesions.drop(columns="fold")
    return detections, lesions


def _rows(images: Sequence["HeldOut"], boxes: Sequence[np.ndarray]) -> Any:
    """Give a table of boxes, with the image of each."""
    import pandas as pd

    counts = [len(each) for each in boxes]
    told = {"path": "id", "patient": "patient", "fold": "fold"}
    columns = {
        name: np.repeat([getattr(image, field) for image in images], counts)
        for name, field in told.items()
    }
    corners = _CORNERS[boxes[0].shape[1] // 2]
    every = np.concatenate(boxes)
    return pd.DataFrame({**columns, **dict(zip(corners, every.T, strict=True))})
