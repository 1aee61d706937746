"""`imgpipe predict`: classes and probabilities for images without labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, needed_for
from imgpipe._runtime.light_start import start_numba_without_scipy
from imgpipe.cli.program import backends as _backends
from imgpipe.cli.program import kept_rows as _kept_rows
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.compiling import telling_of_compilation
from imgpipe.cli.program.exit_codes import SOME_FAILED
from imgpipe.cli.program.predicted import Predicted

if TYPE_CHECKING:
    from imgpipe.bundle import Predictor


@click.command()
@click.argument("model")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--out", metavar="FILE.csv", help="Table to write [default: print it].")
@click.option("--report", metavar="FILE", help="Page on one image: .html, .md or .json.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), metavar="P",
    help="Predict the positive of two classes where its probability is at least P.",
)  # fmt: skip
@_reading.slices
@_options.hash_ids
@click.option("--resume", is_flag=True, help="Go on where a killed run ended.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Workers [default: 1].")
@_backends.options
@_options.lang
@_options.trust
@_options.force
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    images: tuple[str, ...],
    out: str | None,
    report: str | None,
    threshold: float | None,
    hash_ids: bool,
    salt: str | None,
    resume: bool,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    lang: str,
    trust: bool,
    force: bool,
    as_json: bool,
    **how: Any,
) -> int:
    r"""Predict the class of each IMAGE with a trained MODEL.

    IMAGE is a file, a folder of images, or a manifest, read as the images of the training were:
    their size, slices of volumes, or whole volumes. The table has the columns id, predicted,
    p_<class>..., error_code, error. An image that cannot be used gets a row with its error, is
    named on stderr, and makes the exit code 1; the others go on. Until the table is whole, finished
    rows are kept in FILE.csv.part, from which --resume goes on.

    Predicted is the most probable class; with --threshold, of two classes, the positive one where
    its probability is at least that, which a column threshold says. What thresholds did on held-out
    images stands in a run's report and in the model's card.

    --report explains the prediction of one image in words: how reliable such a probability is (for
    a model trained with --run), the training images nearest to it (for one trained with --cases),
    the features that speak for it and against it, and where in the image the model looked.

    \b
    Examples:
      imgpipe predict lungs.imgpipe new/*.png --out predictions.csv
      imgpipe predict lungs.imgpipe new/ --threshold 0.3 --out predictions.csv
      imgpipe predict lungs.imgpipe new/7.png --report 7.html
      imgpipe predict lungs.joblib --trust new/*.png
    """
    if out is None and report is None and force:
        raise InputError("--force goes with --out or --report")
    if report is None and _options.typed(ctx, "lang"):
        raise InputError("--lang goes with --report")
    if report is not None and threshold is not None:
        raise InputError(
            "--threshold goes with a table: --report tells of the most probable class, and which "
            "of the run's thresholds its probability reaches"
        )
    workers = _backends.workers(backend, scheduler, jobs, alone=1)
    _options.check_salt(hash_ids, salt)
    asked = _options.typed(ctx, *how, "hash_ids")
    if report is not None and asked:
        raise InputError(f"{', '.join(asked)} goes with a table, not with --report")
    page = _checked(report, (model, *images), force)
    path = None
    if out is not None:
        _options.check_not_input(out, (model, *images))
        path = _options.check_file(out, (".csv",), "a table", force)
        _kept_rows.check(path, out, resume, force)
    elif resume:
        raise InputError("--resume goes with --out: rows are kept beside that file")
    if page is None and model.lower().endswith(".imgpipe"):
        start_numba_without_scipy()
    with telling_of_compilation():
        from imgpipe import bundle

        if page is not None:
            _explain(bundle.load_predictor(model, trust=trust), images, page, lang)
        given = images[0] if len(images) == 1 else list(images)
        parts = bundle.predict_in_parts(
            model,
            given,
            path,
            threshold=threshold,
            hash_ids=hash_ids,
            salt=salt,
            resume=resume,
            trust=trust,
            n_jobs=workers,
            **how,
        )
        found = Predicted(as_json, path is not None)
        with _backends.chosen(backend, scheduler), _kept_rows.telling_of_stops():
            for part in parts:
                found.take(part)
    found.end(str(path))
    _options.warn_trust(model, trust)
    return SOME_FAILED if found.errors else 0


def _checked(report: str | None, inputs: tuple[str, ...], force: bool) -> Path | None:
    """Refuse, before any work, a page that could not be written."""
    if report is None:
        return None
    if len(inputs) > 2:
        raise InputError(f"--report explains one image, and {len(inputs) - 1} are given")
    _options.check_not_input(report, inputs, "--report")
    return _options.check_file(report, (".html", ".md", ".json"), "a page", force, "--report")


def _explain(predictor: "Predictor", images: tuple[str, ...], page: Path, lang: str) -> None:
    """Write the page on the one image; for several, or one that cannot be used, there is none."""
    with needed_for("--report"):
        from imgpipe import bundle, report
    report.write_prediction(bundle.explain(predictor, images[0]), page, lang=lang)
    click.echo(f"Report: {page}", err=True)
