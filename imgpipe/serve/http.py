"""A server of HTTP: images in, predictions out."""

import asyncio
import os
from typing import TYPE_CHECKING, Any

from imgpipe._common import needed_for

if TYPE_CHECKING:
    from fastapi import FastAPI

    from imgpipe.serve.app.log import Log
    from imgpipe.serve.app.settings import Settings

_WHAT = "a server (the extra serve)"


def application(
    path: str | os.PathLike[str], settings: "Settings | None" = None, log: "Log | None" = None
) -> "FastAPI":
    """Make an ASGI application of a model, for a server of one's own.

    Parameters
    ----------
    path : path-like
        Of a bundle, ``.imgpipe``.
    settings : Settings, optional
        Bounds, token and names of the host.
    log : Log, optional
        Where lines go; standard error by default.

    Returns
    -------
    FastAPI
        Its life span starts and ends the processes that predict.

    Raises
    ------
    InputError
        If there is no such file, it is no bundle, or a package is missing.

    Examples
    --------
    >>> from imgpipe.serve.http import application
    >>> application("lungs.onnx")
    Traceback (most recent call last):
    imgpipe._common.errors.InputError: lungs.onnx: a server opens .imgpipe files; ...
    """
    with needed_for(_WHAT):
        from imgpipe.serve.app.log import Log
        from imgpipe.serve.app.routes import Service
        from imgpipe.serve.app.routes import application as app_of
        from imgpipe.serve.app.settings import Settings
        from imgpipe.serve.app.workers import Workers

    settings, log = settings or Settings(), log or Log()
    return app_of(Service(Workers(path, settings, log.note), settings, log))


def serve(
    path: str | os.PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str | None = None,
    as_json: bool = False,
    **bounds: Any,
) -> int:
    """Serve a model until SIGINT or SIGTERM comes, then answer what was accepted.

    Parameters
    ----------
    path : path-like
        Of a bundle, ``.imgpipe``.
    host : str
        Address to listen on; one that other machines reach needs a token.
    port : int
        0 takes one that is free; the first line printed says which.
    token : str, optional
        Asked for by every route but ``/health``.
    as_json : bool
        Write lines of JSON to standard output.
    **bounds
        Fields of `imgpipe.serve.app.settings.Settings`: ``jobs``, ``queue``, ``most_bytes``,
        ``most_pixels``, ``seconds``.

    Returns
    -------
    int
        Exit code: 0, or 1 where some requests were not answered before the end.

    Raises
    ------
    InputError
        If the model or the address cannot be used, a token is missing, or a package.
    """
    with needed_for(_WHAT):
        from imgpipe.serve.app import access, server
        from imgpipe.serve.app.log import Log
        from imgpipe.serve.app.settings import Settings

    settings = access.reached_at(host, Settings(token=token, **bounds))
    log = Log(as_json)
    app = application(path, settings, log)
    listening = server.bound(host, port)
    try:
        return asyncio.run(_served(app, listening, log))
    finally:
        listening.close()


async def _served(app: "FastAPI", listening: Any, log: "Log") -> int:
    from imgpipe.serve.app.server import Server

    service = app.state.service
    workers = service.workers

    def close() -> None:
        service.closing = True
        log.note(f"stopping: {workers.waiting} requests are answered first")

    server = Server(app, close, workers.kill, service.settings.seconds + 5)
    await _started(workers, log)
    try:
        _announce(listening, workers.facts, log)
        await server.serve([listening])
    finally:
        await workers.stop()
    if server.unanswered:
        log.note(f"stopped: {server.unanswered} requests were not answered in time")
        return 1
    log.note("stopped")
    return 0


async def _started(workers: Any, log: "Log") -> None:
    """Start the workers; a first start on a machine takes longer, and is told of."""
    starting = asyncio.ensure_future(workers.start())
    done, _ = await asyncio.wait({starting}, timeout=8)
    if not done:
        log.note("starting: loops are compiled for this machine, once; later starts load them")
    await starting


def _announce(listening: Any, facts: dict[str, Any], log: "Log") -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    model = {name: facts[name] for name in ("name", "version", "imgpipe", "classes")}
    text = f"{address} serves {facts['name']} ({', '.join(facts['classes'])})"
    log.ready(text, address=address, port=port, model=model)
