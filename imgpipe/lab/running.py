"""The lab: a page on this machine to play with images, and the server behind it."""

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common import needed_for

if TYPE_CHECKING:
    from imgpipe.lab.app.lab import Lab

_WHAT = "the lab page (the extra lab)"
_END_SECONDS = 2.0
_MOST_FILES = 4000  # slices of a long scan


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    token: str | None = None,
    models: Sequence[str | os.PathLike[str]] = (),
    browser: bool = True,
    lang: str = "en",
    as_json: bool = False,
    prepare: bool = True,
    most_bytes: int = 500_000_000,
    most_pixels: int = 2**27,
) -> int:
    """Serve the lab page until SIGINT or SIGTERM comes.

    Parameters
    ----------
    host : str
        Address to listen on; one that other machines reach needs a token.
    port : int
        0 takes one that is free; the first line printed says which.
    token : str, optional
        Asked for by every route but ``/health``.
    models : sequence of path-like
        Bundles to ask beside those that the lab trains itself.
    browser : bool
        Open the page in the browser.
    lang : {"en", "zh"}
        Language of the page.
    as_json : bool
        Write lines of JSON to standard output.
    prepare : bool
        Compile or load the loops of all steps in the background.
    most_bytes : int
        Of the files that are sent at once.
    most_pixels : int
        That an image may declare.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    InputError
        If the address cannot be used, a token or a package is missing.
    """
    with needed_for(_WHAT):
        import websockets  # noqa: F401

        from imgpipe.lab.app.lab import Lab
        from imgpipe.lab.app.routes import application
        from imgpipe.lab.models import Models
        from imgpipe.serve.app import access, server
        from imgpipe.serve.app.log import Log
        from imgpipe.serve.app.settings import Settings

    settings = Settings(
        token=token, most_bytes=most_bytes, most_pixels=most_pixels, most_files=_MOST_FILES
    )
    settings = access.reached_at(host, settings)
    lab = Lab(settings, Log(as_json), Models(models))
    listening = server.bound(host, port)
    try:
        return asyncio.run(_served(lab, application(lab, lang), listening, browser, prepare))
    finally:
        listening.close()


async def _served(lab: "Lab", app: Any, listening: Any, browser: bool, prepare: bool) -> int:
    from imgpipe.lab.app.messages import MOST_BYTES
    from imgpipe.serve.app.server import Server

    server = Server(app, lab.close, lab.remove, _END_SECONDS, MOST_BYTES)
    serving = asyncio.ensure_future(server.serve([listening]))
    while not (server.started or serving.done()):  # from then on signals end it in good order
        await asyncio.sleep(0.01)
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    lab.log.ready(f"{address} is the lab; Ctrl-C ends it", address=address, port=port)
    lab.status.begin(prepare)
    if browser and _has_screen():
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    await serving
    ended = lab.end(_END_SECONDS)
    lab.remove()
    lab.log.note("stopped")
    if not ended:  # in the middle of a loop, or of compiling one: nothing is lost with it
        os._exit(0)
    return 0


def _has_screen() -> bool:
    """Tell whether a browser has a window to open; else one for terminals might take this one."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
