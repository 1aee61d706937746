"""Workers that end when the process they work for is gone."""

import os
import threading
import time

_POLL_SECONDS = 2.0
_started: set[int] = set()


def end_with(parent: int) -> None:
    """Watch the parent from a thread, once per worker process.

    A killed parent cannot stop its workers, and those of loky wait minutes for more work. Linux's
    own signal for it (PR_SET_PDEATHSIG) is no help: it comes when the thread that started the
    worker ends, and joblib starts some from short-lived threads.
    """
    import multiprocessing

    # elsewhere getppid never changes; the parent of a remote worker is no process of this machine
    ours = os.getppid() == parent or multiprocessing.current_process().name.startswith("LokyProc")
    if os.name != "posix" or not ours or os.getpid() in _started:
        return
    _started.add(os.getpid())
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
