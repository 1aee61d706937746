"""The program and its process: closed streams, and interrupts that get lost."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from numba.core import event

from imgpipe.cli import main
from imgpipe.cli.program import compiling
from imgpipe.cli.program.lines import Lines


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_output_is_no_error(closed: str, tmp_path: Path) -> None:
    """Where standard output or error is closed, a verb does its work and says nothing there."""
    command = f"'{sys.executable}' -m imgpipe datasets list --json {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (done.stdout == "") == (closed != "2>&-")
    missing = f"'{sys.executable}' -m imgpipe check nothing.csv {closed}"
    assert subprocess.run(["sh", "-c", missing], cwd=tmp_path).returncode == 2


def test_an_interrupt_while_the_program_starts() -> None:
    """Ctrl-C among the imports is one line, and no traceback."""
    code = """
import builtins, runpy
real = builtins.__import__
def stopped(name, *more, **others):
    if name == "click":
        raise KeyboardInterrupt
    return real(name, *more, **others)
builtins.__import__ = stopped
runpy.run_module("imgpipe", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "Error: interrupted; nothing was written\n")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no signal ends a process")
def test_an_interrupt_while_the_program_ends() -> None:
    """Ctrl-C while Python waits for workers, after all was said, shows no traceback."""
    code = """
import signal, threading
from imgpipe import __main__ as entry
entry.main = lambda: None
entry.program()
threading._register_atexit(lambda: signal.raise_signal(signal.SIGINT))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_an_interrupt_that_was_lost_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Ctrl-C came, what then fails in Numba is no bug, and the exit code is 130."""

    def lost(*_: object) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError("no compiled object yet for <Library>")

    monkeypatch.setattr("imgpipe.cli.doctor._examine", lost)
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 130
    assert done.stderr == "Error: interrupted; nothing was written\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_terminal_is_told_of_long_compilation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error once compiling took two seconds; elsewhere there is none."""
    seconds = iter([0.0, 1.5, 10.0, 10.4, 20.0, 20.4, 30.0, 33.0])
    monkeypatch.setattr(compiling.time, "monotonic", lambda: next(seconds))

    def compile_four_times() -> None:
        with compiling.telling_of_compilation():
            for _ in range(4):
                event.start_event("numba:compile")
                event.end_event("numba:compile")

    compile_four_times()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    compile_four_times()
    assert capsys.readouterr().err == f"{compiling.TOLD}\n"


@pytest.mark.parametrize("read", [True, False])
def test_lines_wait_for_nobody(read: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines beyond those kept are counted where they are missing, and the end comes unread, too."""
    monkeypatch.setattr("imgpipe.cli.program.lines._PATIENCE", 0.5)
    source, target = os.pipe()
    with open(source) as reader, open(target, "w") as writer:
        monkeypatch.setattr(sys, "stdout", writer)
        lines = Lines("{n} are missing", kept=3)
        for n in range(5):
            lines.say(f"{n} " + "x" * 100_000)  # more than a pipe holds
        lines.start()
        if read:
            told = [reader.readline().split()[0] for _ in range(3)]
            lines.say("last")
        start = time.monotonic()
        lines.close()
        assert time.monotonic() - start < 5
        assert lines.is_alive() != read
        if read:
            told += [reader.readline().strip(), reader.readline().strip()]
            assert told == ["0", "1", "2", "2 are missing", "last"]
        reader.close()  # what waits there ends
        lines.join(10)
