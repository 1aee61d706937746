"""A detector applied to images, and the run folder of one."""

import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, shown
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from imgpipe.detect import DetectionRun, FittedDetector, Lesions
    from imgpipe.detect.applying import ImageBoxes
    from imgpipe.images import Images

_UNKNOWN = 0.5  # score from which on boxes are drawn where no run told of a better one


def apply(
    data: str,
    folder: Path,
    given: dict[str, Any],
    asked: list[str],
    *,
    model: str,
    rate: float,
    seed: int,
    reading: dict[str, Any],
    overlay: str | None,
    force: bool,
    lang: str,
    command: str,
    workers: int,
    as_json: bool,
) -> int:
    """Detect in images; judge what is found where their lesions are known."""
    from imgpipe.detect.applying import find_in, judge

    if not 0 <= rate < math.inf:
        raise InputError(f"--rate is {rate}; false positives an image, 0 or more, are needed")
    detector = _opened(model)
    images, lesions, notes = _read(data, given, asked, reading)
    _check_overlays(overlay, folder, images, force)
    known = detector.threshold_at(rate)
    score = _UNKNOWN if known is None else known
    start = time.perf_counter(), time.process_time()
    found = find_in(images, detector, threshold=score, overlays=overlay, n_jobs=workers)
    seconds = time.perf_counter() - start[0], time.process_time() - start[1]
    if lesions is not None:
        run = judge(found, lesions, detector, seed=seed, rate=rate)
        for text in run.warnings:
            click.echo(f"Warning: {text}", err=True)
        publish(run, folder, command, lang, workers)
        if as_json:
            from imgpipe.evaluate import detection_result

            _output.print_json({**detection_result(run), "out": str(folder)})
        else:
            show(run)
            click.echo(f"Report: {folder / 'report.html'}")
            _tell_of_overlays(overlay, score, known, rate)
        return 0
    for text in notes:
        click.echo(f"Warning: {text}", err=True)
    failed = [each for each in found if each.reason.message]
    for each in failed:
        click.echo(f"Error: {each.reason.message}", err=True)
    result = _result(data, model, found, score, known, rate)
    _write(found, folder, result, command, workers, seconds)
    if as_json:
        _output.print_json({**result, "out": str(folder)})
    else:
        some = f", {len(failed):,} failed" if failed else ""
        high = f"{result['boxes_at_threshold']:,} with a score of {score:.3g} or more"
        click.echo(f"{len(found):,} images{some}; {result['boxes']:,} boxes, {high}")
        click.echo(f"Table: {folder / 'detections.csv'}")
        _tell_of_overlays(overlay, score, known, rate)
    return SOME_FAILED if failed else 0


def _opened(model: str) -> "FittedDetector":
    """Read a detector."""
    from imgpipe import bundle
    from imgpipe.detect import FittedDetector
    from imgpipe.segment import PixelClassifier

    found = bundle.load(model)
    if isinstance(found, FittedDetector):
        return found
    verb = "segment" if isinstance(found, PixelClassifier) else "predict"
    raise InputError(f"--model: {shown(model)} is no detector; imgpipe {verb} applies it")


def _read(
    data: str, given: dict[str, Any], asked: list[str], reading: dict[str, Any]
) -> "tuple[Images, Lesions | None, list[str]]":
    """List images, and read their lesions where something marks any."""
    from imgpipe import detect
    from imgpipe.datasets.files.reading import Reading
    from imgpipe.datasets.unlabelled import list_images

    listing = list_images(data, Reading(None, "stretch", **reading))
    images, notes = listing.images, list(map(str, listing.images.warnings))
    if "boxes" in given or images.masked_any:
        lesions = detect.load_lesions(data, needed="boxes" in given, **given, **reading)
        if any(map(len, lesions.boxes)):
            return lesions.images, lesions, []
        notes.append("the masks mark no lesion: nothing is judged")
    if asked:
        raise InputError(f"{asked[0]} says how detections are judged; {shown(data)} has no lesions")
    from imgpipe.images import Images

    return Images(images, [None] * len(images)), None, notes


def _check_overlays(overlay: str | None, folder: Path, images: "Images", force: bool) -> None:
    """Refuse, before any work, pictures that would replace others."""
    if overlay is None:
        return
    from imgpipe.cli.program.options import check_given, check_writable
    from imgpipe.detect.applying import overlay_paths

    check_given(overlay, "--overlay")
    path = Path(os.path.abspath(overlay))
    if path == folder or folder in path.parents:
        raise InputError("--overlay needs a folder of its own, not within --out")
    if path.exists() and not path.is_dir():
        raise InputError(f"{overlay} is a file; --overlay needs a folder")
    check_writable(path / "image.png", overlay)
    there = [each for each in overlay_paths(images, overlay) if os.path.lexists(each)]
    if there and not force:
        raise InputError(f"{there[0]} would be replaced; give another folder, or --force")


def _tell_of_overlays(overlay: str | None, score: float, known: float | None, rate: float) -> None:
    if overlay is None:
        return
    why = (
        "no run told of a better score"
        if known is None
        else f"in cross-validation, false positives an image: {rate:g} at most"
    )
    click.echo(f"Overlays: {overlay} (boxes with a score of {score:.3g} or more: {why})")


def _result(
    data: str,
    model: str,
    found: "tuple[ImageBoxes, ...]",
    score: float,
    known: float | None,
    rate: float,
) -> dict[str, Any]:
    """What ``result.json`` holds of images whose lesions are not known."""
    failed = [
        {"id": each.id, "error_code": each.reason.code, "error": each.reason.message}
        for each in found
        if each.reason.message
    ]
    return {
        "kind": "detection",
        "name": data,
        "detector": model,
        "images": len(found),
        "boxes": sum(len(each.boxes) for each in found),
        "boxes_at_threshold": sum(int((each.boxes[:, -1] >= score).sum()) for each in found),
        "threshold": score,
        "rate": None if known is None else rate,
        "failed": failed,
    }


def _write(
    found: "tuple[ImageBoxes, ...]",
    out: Path,
    result: dict[str, Any],
    command: str,
    workers: int,
    seconds: tuple[float, float],
) -> None:
    """Write the folder whole or not at all."""
    from imgpipe import evaluate
    from imgpipe._common import atomic_path

    facts = {
        "threads": workers, "wall_seconds": seconds[0], "cpu_seconds": seconds[1],
        "command": command, "called_in": shown(os.getcwd()),
    }  # fmt: skip
    with atomic_path(out, folder=True) as folder:
        evaluate.save_found(found, folder, result, facts)


def publish(run: "DetectionRun", out: Path, command: str, lang: str, workers: int) -> None:
    """Write the run folder whole or not at all."""
    from imgpipe import evaluate, report
    from imgpipe._common import atomic_path

    called = {"command": command, "called_in": shown(os.getcwd())}
    with atomic_path(out, folder=True) as folder:
        evaluate.save_detections(run, folder, n_jobs=workers, **called)
        report.detection_to_html(run, folder / "report.html", command=command, lang=lang)


def show(run: "DetectionRun") -> None:
    """Print sensitivities, and what they are of."""
    from imgpipe.report.words.numbers import number

    found = run.froc
    points = [(f"{p.false_positives:g}", p.sensitivity, p.low, p.high) for p in found.points]
    points.append(("mean", found.mean, found.low, found.high))
    rows = [
        (name, number(value), "" if low != low else f"{number(low)} to {number(high)}")
        for name, value, low, high in points
    ]
    _output.print_table(("false positives an image", "sensitivity", "95 % interval"), rows)
    click.echo()
    click.echo(
        f"{found.lesions:,} lesions in {found.images:,} images of {found.patients:,} patients; "
        f"{found.rule}"
    )
