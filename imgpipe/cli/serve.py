"""`imgpipe serve`: a trained model as a server of HTTP."""

import click

from imgpipe._common import needed_for
from imgpipe.cli.program import options as _options


@click.command()
@click.argument("model", metavar="MODEL.imgpipe")
@_options.listening(port=8000)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that predict [default: all allowed CPUs, 2 at most].",
)
@click.option(
    "--queue",
    default=64,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Requests that may wait for them.",
)
@click.option(
    "--max-mb",
    default=32.0,
    show_default=True,
    metavar="MB",
    type=click.FloatRange(0, 1024, min_open=True),
    help="Of the body of a request.",
)
@click.option(
    "--max-pixels",
    default=2**25,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, 2**28),
    help="That an image may declare.",
)
@click.option(
    "--seconds",
    default=30.0,
    show_default=True,
    metavar="S",
    type=click.FloatRange(0, 3600, min_open=True),
    help="For one prediction, and for waiting until it begins.",
)
@_options.common
def command(
    model: str,
    host: str,
    port: int,
    token: str | None,
    jobs: int | None,
    queue: int,
    max_mb: float,
    max_pixels: int,
    seconds: float,
    as_json: bool,
) -> int:
    r"""Serve predictions of MODEL over HTTP.

    POST an image to /predict, as it is or as a field called file; /explain adds a map of what
    matters. /model, /health, /metrics (Prometheus) and /openapi.json say the rest; / is a page to
    drop an image on. SIGTERM or Ctrl-C stops it once all that was accepted is answered, a second
    one at once.

    \b
    Example:
      imgpipe serve lungs.imgpipe --port 8000
      curl --data-binary @7.png http://127.0.0.1:8000/predict
    """
    with needed_for("imgpipe serve"):
        from imgpipe.serve import http

    return http.serve(
        model,
        host=host,
        port=port,
        token=token,
        jobs=jobs,
        queue=queue,
        most_bytes=round(1e6 * max_mb),
        most_pixels=max_pixels,
        seconds=seconds,
        as_json=as_json,
    )
