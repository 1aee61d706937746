"""`imgpipe listen`: DICOM by C-STORE in, predictions out."""

import json
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import visible
from imgpipe.cli.program import options as _options
from imgpipe.cli.program.exit_codes import SOME_FAILED, one_line
from imgpipe.cli.program.lines import Lines

if TYPE_CHECKING:
    from imgpipe.serve.listening import Listener


@click.command()
@click.argument("model")
@click.option("--out", required=True, metavar="FOLDER", help="Where images and results go.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=11112, show_default=True,
    help="Port; 0 takes a free one, and says which.",
)  # fmt: skip
@click.option("--ae-title", default="IMGPIPE", show_default=True, help="Own AE title.")
@click.option(
    "--calling", metavar="AE,AE", help="AE titles that may send [default: all, on loopback only]."
)
@click.option(
    "--results", type=click.Choice(["both", "json", "sr"]), default="both", show_default=True,
    help="What is written beside each image: JSON, a DICOM structured report, or both.",
)  # fmt: skip
@click.option(
    "--max-associations", type=click.IntRange(min=1), default=10, show_default=True, metavar="N",
    help="Senders at a time.",
)  # fmt: skip
@click.option(
    "--max-mb", type=click.IntRange(1, 2048), default=256, show_default=True, metavar="MB",
    help="Size of an image beyond which it is refused.",
)  # fmt: skip
@click.option(
    "--idle", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="End after so long without a sender and with nothing to predict [default: never].",
)  # fmt: skip
@_options.trust
@_options.common
def command(
    model: str,
    out: str,
    calling: str | None,
    max_mb: int,
    idle: float | None,
    trust: bool,
    as_json: bool,
    **how: Any,
) -> int:
    r"""Receive DICOM images by C-STORE and predict each of them.

    An image is answered for once it is on the disk, as FOLDER/<study>/<series>/<instance>.dcm;
    prediction follows behind, and writes .json and .sr.dcm (a structured report) beside it. A
    listener that is killed or stopped (SIGTERM) predicts at its next start what it has left. DICOM
    asks for no password: an address that other machines reach needs --calling.

    \b
    Examples:
      imgpipe listen lungs.imgpipe --out inbox
      imgpipe listen lungs.imgpipe --out inbox --host 10.0.0.5 --calling PACS,CT1
    """
    _options.check_given(out)
    _options.check_writable(Path(out).absolute() / "x", out)
    titles = () if calling is None else _options.names(calling, "--calling")
    from imgpipe.serve.listening import Listener

    # these quote what stands in a header: names of patients, and as many texts as a sender likes
    warnings.filterwarnings("ignore", module=r"(pydicom|pynetdicom|highdicom|imgpipe\.serve)\b")
    lines = _Lines(as_json)
    listener = Listener(
        model, out, trust=trust, calling=titles, max_bytes=max_mb << 20, tell=lines.tell, **how
    )
    lines.listener = listener
    _options.warn_trust(model, trust)
    with _stopped_by_sigterm(listener), lines.printing():
        with listener:
            lines.begin(out, how)
            try:
                listener.wait(idle=idle)
            except KeyboardInterrupt:
                listener.stop()
                raise KeyboardInterrupt(f"interrupted; {lines.counted()}") from None
        lines.end()
    lacking = listener.counts["failed"] + listener.counts["unwritten"]
    return SOME_FAILED if idle is not None and lacking else 0


@contextmanager
def _stopped_by_sigterm(listener: "Listener") -> Iterator[None]:
    """Let a service manager end it as it should: with what is at work finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGTERM, lambda *_: listener.wake())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


class _Lines:
    """Says what happens: to machines each thing, to people what went wrong, and counts."""

    listener: "Listener"

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        # a sender must not wait until somebody has read what became of the last image
        self._printed = Lines(_DROPPED_JSON if as_json else _DROPPED)

    @contextmanager
    def printing(self) -> Iterator[None]:
        """Print what is said, and at the end what is left."""
        self._printed.start()
        try:
            yield
        finally:
            self._printed.close()

    def begin(self, out: str, how: dict[str, Any]) -> None:
        """Say where it listens."""
        host, title = how["host"], how["ae_title"]
        port, left = self.listener.port, self.listener.waiting
        before = self.listener.earlier_model
        if self._as_json:
            more = {} if before is None else {"earlier_model": before}
            self._print(
                event="listening", host=host, port=port, ae_title=title, waiting=left, **more
            )
            return
        earlier = f"; {left:,} images of an earlier run are predicted first" if left else ""
        where = f"{host}, port {port}, as {title}; results go to {out}{earlier}"
        self._printed.say(f"Listening on {where}")
        if before is not None:
            self._printed.say(
                f"Warning: results of another model, {visible(before)}, lie there and stay; remove "
                "them to have their images predicted anew",
                err=True,
            )

    def tell(self, told: dict[str, Any]) -> None:
        """Say what happened."""
        if self._as_json:
            self._print(**told)
        elif "why" in told or told["event"] in ("rejected", "oversized"):
            self._printed.say(one_line(_SAID[told["event"]].format_map(told)), err=True)
        elif told["event"] == "predicted" and self.listener.waiting == 1:
            self._printed.say(self.counted(), err=True)

    def end(self) -> None:
        """Say what became of it all."""
        if self._as_json:
            counts = {name: self.listener.counts[name] for name in _COUNTED}
            self._print(event="ended", **counts, waiting=self.listener.waiting)
        else:
            self._printed.say(self.counted())

    def counted(self) -> str:
        """Put the counts into a line, without those of what did not happen."""
        counts = self.listener.counts
        told = [
            f"{counts[name]:,} {words}"
            for name, words in _COUNTED.items()
            if counts[name] or name in ("stored", "predicted")
        ]
        left = self.listener.waiting
        return ", ".join(told) + (f", {left:,} left for the next start" if left > 1 else "")

    def _print(self, **told: Any) -> None:
        self._printed.say(json.dumps(told))


_DROPPED = "({n} lines were left out: nobody read them in time)"
_DROPPED_JSON = '{"event": "dropped", "lines": {n}}'
_COUNTED = {
    "stored": "stored",
    "predicted": "predicted",
    "failed": "not usable",
    "repeated": "sent again",
    "refused": "refused",
    "rejected": "senders rejected",
    "oversized": "cut off as too large",
    "unwritten": "without a result, which could not be written",
}
_SAID = {
    "refused": "Refused: {uid} from {sender}: {why} (status {status})",
    "rejected": "Rejected: a sender that calls itself {sender}",
    "oversized": "Cut off: {sender} sent more than is taken here",
    "failed": "Error: {why}",
    "unwritten": "Error: {path}: no result could be written: {why}; the next start tries again",
}
