"""A route of FastAPI that reads a body and answers the same each time, for ``serving``."""

import socket

import uvicorn
from fastapi import FastAPI, Request, Response

ANSWER = b'{"predicted": "1", "probabilities": {"0": 0.25, "1": 0.75}}' + 230 * b" "

app = FastAPI()


@app.post("/predict")
async def predict(request: Request) -> Response:
    """Take what is sent, and look at none of it."""
    await request.body()
    return Response(ANSWER, media_type="application/json")


if __name__ == "__main__":
    # asyncio sends small answers at once only where a socket names its protocol
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(app, http="h11", loop="asyncio", access_log=False, log_config=None)
    uvicorn.Server(config).run([listening])
