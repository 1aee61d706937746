"""A lab as a process of its own, and what is looked at on its page."""

import re
import signal
import subprocess
import sys
from typing import Any

import pytest

SLIDER = "#steps input[type=range]"
SHOWN = "document.getElementById('view').toDataURL()"
NUMBERS = """() => Object.fromEntries([...document.querySelectorAll("#features tr[data-name]")]
  .map((row) => [row.dataset.name, Number(row.dataset.value)]))"""
EDGE = "() => document.querySelector('#over .edge')?.getAttribute('d') ?? ''"


def served(*command: str) -> tuple[subprocess.Popen[str], str]:
    """Start a lab, and give its address."""
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://[\d.:]+/", line):
            return process, found[0]
    pytest.fail("".join(said))


def end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def settle(page: Any) -> None:
    """Wait until all is answered, the original image included."""
    page.wait_for_selector("body[data-idle=yes]", timeout=120_000, state="attached")


def uploaded(page: Any) -> None:
    page.locator("#source option[value^='upload:']:checked").wait_for(state="attached")
    settle(page)


def choose(page: Any, menu: str, step: str) -> None:
    """Take a step from a menu by the keyboard."""
    page.get_by_role("button", name=menu).press("Enter")
    page.locator("[popover]:popover-open").get_by_role("button", name=step, exact=True).press(
        "Enter"
    )
    settle(page)
