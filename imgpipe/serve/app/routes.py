"""The routes: what is asked, and who answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

import imgpipe
from imgpipe.serve.app import answers, metrics
from imgpipe.serve.app.bodies import Bodies, File, files_of
from imgpipe.serve.app.door import Door
from imgpipe.serve.app.frames import Frame, Head
from imgpipe.serve.app.log import Log
from imgpipe.serve.app.refusals import Gone, Refused, error_response
from imgpipe.serve.app.settings import Settings
from imgpipe.serve.app.workers import Workers

T = TypeVar("T")

_JSON = "application/json"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_KINDS = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "application/dicom",
          "application/octet-stream")  # fmt: skip
_ONE = dict.fromkeys(_KINDS, _BINARY)
_FORM = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
            },
        }
    }
}
_USUAL = (400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504)
_TITLES = {404: "there is no such route; /openapi.json lists them", 405: "this route is asked by"}


class Service:
    """What the routes share."""

    def __init__(self, workers: Workers, settings: Settings, log: Log) -> None:
        self.workers, self.settings, self.log = workers, settings, log
        self.bodies = Bodies(settings)
        self.metrics = metrics.Metrics()
        self.closing = False
        self._pages: dict[str, Response] = {}
        watch = self.metrics.watch
        watch("queue", "Requests that wait or are worked on.", lambda: workers.waiting)
        watch("processes", "Processes that predict, and are up.", lambda: workers.alive)
        watch("process_restarts", "Processes that were replaced.", lambda: workers.restarts)

    async def answered(self, request: Request, do: str) -> Response:
        """Read the files of a request and let a worker answer for each."""
        if self.workers.full:  # before a body is read
            with self.workers.place():
                pass
        with self.bodies.room() as room:
            files = await files_of(request, self.settings, room)
            self.metrics.body(room.taken)
            with self.workers.place():
                return await _unless_gone(request, self._answers(request, files, do))

    def ended(
        self, method: str, route: str, status: int, seconds: float, state: dict[str, Any]
    ) -> None:
        """Count a request, and write it into the log; probes are counted only."""
        self.metrics.request(route, status, seconds)
        if route not in ("/health", "/metrics"):
            self.log.request(method, route, status, seconds, state.get("images", 0))

    async def page(self, lang: str) -> Response:
        """Give the page in the browser, which is made once in each language."""
        if lang not in self._pages:
            head, body = await self.workers.ask("page", lang=lang[:20])
            if "error" in head:
                raise self._refused(head)
            self._pages[lang] = Response(body, headers={"content-type": head["type"]})
        return self._pages[lang]

    async def _answers(self, request: Request, files: list[File], do: str) -> Response:
        if len(files) == 1:
            head, body = await self._asked(request, files[0], do)
            if head["status"] != 200:
                raise self._refused(head)
            return Response(body, media_type=_JSON)
        told = [await self._one_of_several(request, file, do) for file in files]
        return Response(b"[" + b",".join(told) + b"]", media_type=_JSON)

    async def _one_of_several(self, request: Request, file: File, do: str) -> bytes:
        """A bad file spoils its own place only."""
        try:
            head, body = await self._asked(request, file, do)
            if head["status"] == 200:
                return body
            refused = self._refused(head)
        except Refused as error:
            refused = error
        told = {"id": file.name or "the image", "status": refused.status, "error": refused.message}
        return json.dumps(told).encode()

    def _refused(self, head: Head) -> Refused:
        """Take the answer of a worker that has none for the client; a bug is for the log, too."""
        if "where" in head:
            self.log.note(f"a bug in imgpipe: {head['where']}")
        return Refused(head["status"], head["error"])

    async def _asked(self, request: Request, file: File, do: str) -> Frame:
        head, body = await self.workers.ask(do, file.content, name=file.name)
        self.metrics.file(head)
        state = request.scope["state"]
        state["images"] = state.get("images", 0) + head.get("images", 0)
        return head, body


def application(service: Service) -> FastAPI:
    """Make the ASGI application; it starts and ends the workers where a server asks for that."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.workers.start()
        yield
        await service.workers.stop()

    app = FastAPI(
        title="imgpipe",
        version=imgpipe.__version__,
        description="Predictions of one model on medical images. Research software: no diagnosis.",
        docs_url=None,  # these pages would load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    _add_predictions(app, service)
    _add_facts(app, service)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(
        Door,
        service=service,
        routes=frozenset(getattr(route, "path", "") for route in app.routes),
    )
    return app


def _add_predictions(app: FastAPI, service: Service) -> None:
    @app.post(
        "/predict",
        summary="Predict",
        response_model=answers.Prediction | list[answers.Prediction | answers.Failed],
        responses=answers.errors(*_USUAL),
        openapi_extra={"requestBody": {"required": True, "content": {**_ONE, **_FORM}}},
    )
    async def predict(request: Request) -> Response:
        """Class and probabilities of an image: PNG, JPEG, TIFF, BMP, NPY or DICOM.

        The body is the file as it is, or a form with one or more files in fields called `file`.
        What it holds decides, whatever its Content-Type. For several files, and for a stack of
        images in an NPY file, the answer is a list in their order.
        """
        return await service.answered(request, "predict")

    @app.post(
        "/explain",
        summary="Predict and explain",
        response_model=answers.Explanation | list[answers.Explanation | answers.Failed],
        responses=answers.errors(*_USUAL, 501),
        openapi_extra={"requestBody": {"required": True, "content": {**_ONE, **_FORM}}},
    )
    async def explain(request: Request) -> Response:
        """The same as /predict, with a map of what speaks for the class and against it.

        Takes as long as some hundred predictions.
        """
        return await service.answered(request, "explain")


def _add_facts(app: FastAPI, service: Service) -> None:
    @app.get(
        "/model",
        summary="What the model says of itself",
        response_model=answers.ModelFacts,
        responses=answers.errors(401),
    )
    async def model() -> Response:
        """Classes, the images it takes, and its card."""
        return _json(service.workers.facts)

    @app.get(
        "/health",
        summary="Whether requests are answered",
        response_model=answers.Health,
        responses={503: {"model": answers.Health, "description": "Not ready."}},
    )
    async def health() -> Response:
        """Live as long as it answers; ready while a process can predict. Needs no token."""
        ready = service.workers.alive > 0 and not service.closing
        told = {
            "live": True,
            "ready": ready,
            "processes": service.workers.alive,
            "waiting": service.workers.waiting,
        }
        return _json(told, 200 if ready else 503)

    @app.get(
        "/metrics",
        summary="Numbers for Prometheus",
        response_class=Response,
        responses=answers.errors(401),
    )
    async def numbers() -> Response:
        """In Prometheus' text format."""
        return Response(service.metrics.text(), headers={"content-type": metrics.TYPE})

    @app.get("/", include_in_schema=False)
    async def page(lang: str = "en") -> Response:
        return await service.page(lang)


async def _unless_gone(request: Request, work: Awaitable[T]) -> T:
    """Do work for a client as long as it is there."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Gone
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, media_type=_JSON)


async def _on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error_response(error)


async def _on_http(_: Request, error: Exception) -> Response:
    """Routes and methods that there are not, in the words of all errors."""
    assert isinstance(error, HTTPException)
    told = _TITLES.get(error.status_code, error.detail)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        told = f"{told} {headers.get('Allow', 'other methods')}"
    return error_response(Refused(error.status_code, told, headers))
