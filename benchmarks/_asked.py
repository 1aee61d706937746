"""A process that is asked: a line of JSON for each wish, and one for each answer."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any


class Asked:
    """A process that goes on until its input ends.

    Parameters
    ----------
    command : list of str
    **settings
        Of `subprocess.Popen`.
    """

    def __init__(self, command: Sequence[str], **settings: Any) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **settings
        )

    def say(self, **wish: Any) -> None:
        """Send a wish, without waiting."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a process ended before its answer; see its error above")
        return json.loads(line)
