"""The routes of the lab: page, pictures, uploads, results, and the WebSocket."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from imgpipe._common import InputError
from imgpipe.images.image import TooManyPixels
from imgpipe.images.read import UnknownFormat
from imgpipe.lab.app.lab import Lab
from imgpipe.lab.app.session import Session
from imgpipe.report.languages import LANGUAGES, speaking, tell
from imgpipe.report.languages import told as all_told
from imgpipe.serve.app.bodies import files_of
from imgpipe.serve.app.door import Door
from imgpipe.serve.app.refusals import Refused, error_response

if TYPE_CHECKING:
    from imgpipe.lab.app import files

T = TypeVar("T")


def application(lab: Lab, lang: str) -> Starlette:
    """Make the ASGI application.

    Parameters
    ----------
    lab : Lab
    lang : str
        Language of the page where its address names none.
    """

    async def page(request: Request) -> Response:
        code = request.query_params.get("lang", lang)
        text = await _done(lab, request, lambda: _files().page(lab, code))
        return Response(text, media_type="text/html")

    async def health(_: Request) -> Response:
        state = lab.status.head()["state"]
        return JSONResponse({"live": True, "ready": not lab.closing, "state": state})

    async def live(socket: WebSocket) -> None:
        session = Session(socket, lab)
        lab.sessions.add(session)
        await session.run()

    async def upload(request: Request) -> Response:
        with lab.bodies.room() as room:
            sent = await files_of(request, lab.settings, room)
            told = await _done(lab, request, lambda: _files().kept(lab, sent))
        with speaking(_language(request)):
            return JSONResponse(all_told(told))

    async def picture(request: Request) -> Response:
        name, index = request.path_params["source"], _slice(request)
        return _file(await _done(lab, request, lambda: _files().picture(lab.sources, name, index)))

    async def image(request: Request) -> Response:
        name, index = request.path_params["source"], _slice(request)
        return _file(await _done(lab, request, lambda: _files().exact(lab.sources, name, index)))

    async def result(request: Request) -> Response:
        with lab.bodies.room() as room:
            sent = await files_of(request, lab.settings, room)
            return _file(
                await _done(lab, request, lambda: _files().result(lab.sources, sent[0].content))
            )

    routes: list[BaseRoute] = [
        Route("/", page),
        Route("/health", health),
        Route("/upload", upload, methods=["POST"]),
        Route("/picture/{source}.jpg", picture),
        Route("/image/{source}.npy", image),
        Route("/result", result, methods=["POST"]),
        WebSocketRoute("/live", live),
    ]
    paths = frozenset(route.path for route in routes if isinstance(route, Route))
    door = Middleware(Door, service=lab, routes=paths)
    handlers: dict[Any, Any] = {Refused: _on_refused, HTTPException: _on_http}
    return Starlette(routes=routes, middleware=[door], exception_handlers=handlers)


def _files() -> Any:
    """Import what needs pixels in the worker: the server answers at once."""
    from imgpipe.lab.app import files

    return files


async def _done(lab: Lab, request: Request, work: Callable[[], T]) -> T:
    """Do work in the thread for files, and refuse what cannot be used."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(take: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            take(value)

    def do(_: object) -> None:
        try:
            value = work()
        except BaseException as error:
            loop.call_soon_threadsafe(settle, future.set_exception, error)
        else:
            loop.call_soon_threadsafe(settle, future.set_result, value)

    lab.files.ask(object(), do)
    try:
        return await future
    except InputError as error:
        with speaking(_language(request)):
            raise Refused(_status(error), tell(error.args[0])) from None
    except MemoryError:
        raise Refused(413, "this image is too large for the memory of this machine") from None


def _language(request: Request) -> str:
    code = request.query_params.get("lang", "en")
    return code if code in LANGUAGES else "en"


def _status(error: InputError) -> int:
    if isinstance(error, TooManyPixels):
        return 413
    return 415 if isinstance(error, UnknownFormat) else 422


def _slice(request: Request) -> int | None:
    text = request.query_params.get("slice")
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Refused(400, "slice is a whole number")
    return int(text)


def _file(file: "files.Sent") -> Response:
    headers = {"content-disposition": f'inline; filename="{file.name}"'}
    return Response(file.content, media_type=file.type, headers=headers)


async def _on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error_response(error)


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = {404: "there is no such route", 405: "this route is asked otherwise"}
    message = told.get(error.status_code, error.detail)
    return error_response(Refused(error.status_code, message, error.headers))
