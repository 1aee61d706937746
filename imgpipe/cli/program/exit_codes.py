"""The one place where errors become a line on stderr and an exit code.

0 done; 1 ran, but some items failed (each is named); 2 bad usage or bad input; 70 a bug in imgpipe
(EX_SOFTWARE of sysexits.h); 130 interrupted. ``--debug`` shows the traceback in place of the line,
and ends as Python does then, with 1.
"""

import io
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import click

from imgpipe._common import InputError, StoppedFit, shown, visible
from imgpipe._runtime.workers import ended_by_others
from imgpipe.cli.program.process import noting_interrupts, open_streams

SOME_FAILED = 1
BAD_INPUT = 2
BUG = 70
INTERRUPTED = 130


@dataclass(frozen=True)
class Call:
    """How the program was called; verbs find it as the context's object."""

    args: tuple[str, ...] = ()

    @property
    def debug(self) -> bool:
        """Tell whether tracebacks are wanted."""
        return "--debug" in self.args

    @property
    def command(self) -> str:
        """Write the command line as a shell would read it."""
        return shown(shlex.join(["imgpipe", *self.args]))


class Failure(click.ClickException):
    """An error that has already been put into one line, with its exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class _ReaderLeft(Exception):
    """A closed pipe, under a name that click does not turn into an exit code of its own."""


class Program(click.Group):
    """The group of verbs: runs one and turns what happens into output and an exit code."""

    def main(self, args: Any = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run a verb and exit with its code."""
        call = Call(tuple(sys.argv[1:] if args is None else args))
        extra.pop("standalone_mode", None)
        with open_streams(), _any_name_shown():
            code = self._code(call, prog_name, extra)
            _let_go()
        sys.exit(code)

    def _code(self, call: Call, prog_name: str | None, extra: dict[str, Any]) -> int:
        """Run a verb; what went wrong is said on stderr."""
        try:
            code = super().main(
                list(call.args), prog_name or "imgpipe", standalone_mode=False, obj=call, **extra
            )
            sys.stdout.flush()
            return code if isinstance(code, int) else 0
        except click.Abort:
            return _say("interrupted; nothing was written", INTERRUPTED)
        except (_ReaderLeft, BrokenPipeError):
            return _reader_left()
        except click.UsageError as error:
            return _say(_usage(error), BAD_INPUT)
        except Failure as error:
            return _say(error.format_message(), error.code)
        except click.ClickException as error:
            return _say(error.format_message(), BAD_INPUT)
        except OSError as error:
            return _say(_os_error(error), BAD_INPUT)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; what goes wrong leaves as a `Failure`."""
        debug = ctx.obj.debug
        with warnings.catch_warnings(), noting_interrupts() as interrupted:
            if not debug:
                warnings.showwarning = _warning_lines()
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit, click.Abort):
                raise
            except BrokenPipeError:
                raise _ReaderLeft from None
            except KeyboardInterrupt as error:
                # a verb that did write something before says so; a fit alone knows no files
                told = "" if isinstance(error, StoppedFit) else str(error)
                raise Failure(told or "interrupted; nothing was written", INTERRUPTED) from None
            except Exception as error:
                if debug:
                    raise
                failure = _failure(error)
                if interrupted() and failure.code == BUG:
                    failure = Failure("interrupted; nothing was written", INTERRUPTED)
                raise failure from error


@contextmanager
def _any_name_shown() -> Iterator[None]:
    """Escape what the terminal cannot show, such as file names; the caller's streams stay his."""
    streams = [s for s in (sys.stdout, sys.stderr) if isinstance(s, io.TextIOWrapper)]
    before = [stream.errors for stream in streams]
    for stream in streams:
        stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        for stream, errors in zip(streams, before, strict=True):
            with suppress(OSError, ValueError):  # its reader has left, or it is closed
                stream.reconfigure(errors=errors)


def _failure(error: Exception) -> Failure:
    """Put an exception into a line that a person can act on."""
    if isinstance(error, InputError):
        return Failure(str(error), BAD_INPUT)
    if isinstance(error, NotImplementedError):
        return Failure(str(error), BAD_INPUT)
    if isinstance(error, OSError):
        return Failure(_os_error(error), BAD_INPUT)
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("imgpipe"):
        return Failure(
            f"the Python package {error.name} is not installed; imgpipe doctor says what is "
            "missing",
            BAD_INPUT,
        )
    if isinstance(error, MemoryError):
        return Failure("not enough memory; fewer --jobs or a smaller --size need less", BAD_INPUT)
    if ended_by_others(error):
        return Failure(
            "a worker process was killed, by the system for its memory most often; fewer --jobs "
            "need less",
            BAD_INPUT,
        )
    return Failure(
        f"{type(error).__name__}: {error} (a bug in imgpipe: run again with --debug to see where)",
        BUG,
    )


def _os_error(error: OSError) -> str:
    """Name the file first, then what the system said of it."""
    reason = error.strerror or str(error)
    return f"{os.fspath(error.filename)}: {reason}" if error.filename is not None else reason


def _usage(error: click.UsageError) -> str:
    """One line in place of click's four, with the way to the help."""
    message = error.format_message().rstrip(".")
    path = error.ctx.command_path if error.ctx is not None else "imgpipe"
    return f"{message} (see {path} --help)"


def _say(message: str, code: int) -> int:
    click.echo(f"Error: {one_line(message)}", err=True)
    return code


def one_line(message: str) -> str:
    """Fold line breaks: a reader, or a log, gets one line for one error."""
    return visible(" ".join(message.split()))


def _warning_lines() -> Callable[..., None]:
    """Make what shows a warning in one line, and the same one no second time, fold after fold."""
    seen: set[str] = set()

    def show(message: Any, *_: Any, **__: Any) -> None:
        text = one_line(str(message))
        if text not in seen:
            seen.add(text)
            click.echo(f"Warning: {text}", err=True)

    return show


def _reader_left() -> int:
    """Whoever read our output has seen enough: stop without a word."""
    _drop_output()
    return 0


def _let_go() -> None:
    """Drop output that cannot be written: Python would try again, and end with its own code."""
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
