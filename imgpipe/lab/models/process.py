"""The process that trains, as the server sees it: started once, listened to, and ended."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock, Thread

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.lab.models.recipe import Recipe

# with the folders of this process, and not the one that it happens to be in
_CODE = "import sys; sys.path[:] = {path!r}; from imgpipe.lab.models.training import main; main()"


class Training:
    """What becomes of the lab's own models.

    Parameters
    ----------
    kinds : sequence of str
        In the order in which they are trained.
    recipe : Recipe
    kept : callable
        Takes a kind, and the path of its bundle once it is there.
    first : callable
        Is called before all else, where nobody waits for it.
    """

    def __init__(
        self,
        kinds: Sequence[str],
        recipe: Recipe,
        kept: Callable[[str, Path], None],
        first: Callable[[], None],
    ) -> None:
        self._kinds = tuple(kinds)
        self._recipe = recipe
        self._kept = kept
        self._first = first
        self._lock = Lock()
        self._doing: dict[str, tuple[str, float, str | None]] = {}
        self._thread: Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def start(self) -> None:
        """Open what is kept, and train the rest; once."""
        with self._lock:
            if self._thread is not None or self._closed:
                return
            self._thread = Thread(target=self._work, name="lab-models", daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the work is over, and say whether it is.

        Parameters
        ----------
        seconds : float, optional
            At most.

        Returns
        -------
        bool
        """
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None:
            with suppress(OSError):
                process.terminate()
        self.wait(10)

    def state_of(self, kind: str) -> tuple[str, Text]:
        """Say in a word and in a sentence how far a model is.

        Parameters
        ----------
        kind : str

        Returns
        -------
        tuple of (str, Text)
        """
        with self._lock:
            doing, since, error = self._doing.get(kind, ("", 0.0, None))
        seconds = int(time.monotonic() - since)
        if doing == "failed":
            return "failed", say("It could not be trained: {why}.", why=error or "")
        if doing == "training":
            return "training", say(
                "It learns from {n} patients, once: {seconds} s so far.",
                n=self._recipe.train,
                seconds=seconds,
            )
        if doing == "judging":
            return "training", say(
                "It is tried on {n} patients that it has not seen.", n=self._recipe.judged
            )
        if doing == "waiting":
            return "waiting", say("Another process is training it.")
        if doing == "opening":
            return "waiting", say("It is opened, and tried once.")
        return "waiting", say("It has yet to be trained.")

    def _work(self) -> None:
        self._first()
        missing = [kind for kind in self._kinds if not self._open(kind)]
        if missing:
            self._train(missing)

    def _open(self, kind: str) -> bool:
        path = self._recipe.path_of(kind)
        if not path.is_file():
            return False
        with self._lock:
            self._doing[kind] = ("opening", time.monotonic(), None)
        try:
            self._kept(kind, path)
        except (InputError, OSError):
            with self._lock:
                del self._doing[kind]
            return False  # damaged, or gone meanwhile: it is trained anew
        return True

    def _train(self, kinds: list[str]) -> None:
        told = json.dumps({"kinds": kinds, "recipe": asdict(self._recipe)})
        with self._lock:
            if self._closed:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CODE.format(path=sys.path), told],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._hear(json.loads(line))
        code = self._process.wait()
        for kind in kinds:
            self._settle(kind, code)

    def _hear(self, told: dict[str, str | None]) -> None:
        kind, doing = str(told["kind"]), str(told["doing"])
        if doing == "kept" and not self._open(kind):
            told, doing = {"error": "its file cannot be opened"}, "failed"
        with self._lock:
            self._doing[kind] = (doing, time.monotonic(), told["error"])

    def _settle(self, kind: str, code: int) -> None:
        """Note that a process which ended has not brought a model."""
        with self._lock:
            if self._doing.get(kind, ("",))[0] not in ("kept", "failed"):
                why = f"the process ended with {code}"
                self._doing[kind] = ("failed", time.monotonic(), why)
