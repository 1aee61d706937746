"""A process that holds the model and answers for it, one file at a time.

The server starts it and writes frames to its standard input: the first one with the file of the
model. A file that takes too long, too much memory or the
whole process with it costs the server this process, and no more.
"""

import os
import signal
import sys
from typing import Any, BinaryIO

from imgpipe._common import InputError
from imgpipe.serve.app import frames
from imgpipe.serve.app.places import where


def main() -> None:
    """Answer until the server goes, or a worker must not go on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C and service managers signal the whole group; the server says when work is over
        signal.signal(number, signal.SIG_IGN)
    told, answers = _streams()
    first = frames.read(told)
    if first is None:
        return
    try:
        served = _opened(*first)
    except Exception as error:
        frames.write(answers, {"refused": _words(error), "bug": not isinstance(error, InputError)})
        return
    frames.write(answers, served.facts)
    _hush()
    _bound_memory(first[0]["memory"])
    while (frame := frames.read(told)) is not None:
        head, body = _answer(served, *frame)
        frames.write(answers, head, body)
        if head.get("ends"):
            return


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for frames; what is printed goes to standard error."""
    told = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return told, answers


def _opened(head: frames.Head, content: bytes) -> Any:
    from imgpipe._runtime.light_start import start_numba_without_scipy

    start_numba_without_scipy()
    from imgpipe.serve.app.served import Served

    return Served.opened(content, head["path"], head["pixels"])


def _answer(served: Any, head: frames.Head, body: bytes) -> frames.Frame:
    """Do what is asked; whatever goes wrong is an answer, too."""
    from imgpipe.serve.app.served import refusal

    try:
        return getattr(served, head["do"])(body, **head["with"])
    except InputError as error:
        return refusal(error), b""
    except MemoryError:
        told = "the image needs more memory than the server gives to one"
        return {"status": 413, "error": told, "ends": True}, b""
    except Exception as error:
        told = "a bug in imgpipe: the log of the server says where"
        return {"status": 500, "error": told, "where": where(error), "ends": True}, b""


def _words(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _hush() -> None:
    """Let nothing that a decoder prints of an image reach a log."""
    with open(os.devnull, "wb") as nothing:
        for descriptor in (1, 2):
            os.dup2(nothing.fileno(), descriptor)


def _bound_memory(more: int) -> None:
    """Let an image take so many bytes: what needs more fails, and not the machine."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = taken + more
    if most == resource.RLIM_INFINITY or limit < most:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
