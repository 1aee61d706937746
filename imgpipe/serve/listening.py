"""Images that come by C-STORE are kept, predicted, and get their results beside them.

The folder is the queue: an image is answered for once it is on the disk, and one without its result
is predicted at the next start, so that a listener that is killed loses nothing it answered for.
"""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, needed_for
from imgpipe.serve.store.inbox import RESULTS, Inbox, Results
from imgpipe.serve.store.predicting import Predicting
from imgpipe.serve.store.receiving import Address, Receiving
from imgpipe.serve.store.record import ModelFile, digest_of

__all__ = ["Listener"]

# what they log quotes headers, and Python prints it where nobody has said what to do with it
_TALKATIVE = ("pydicom", "pynetdicom", "highdicom")
_log = logging.getLogger(__name__)
_NOTHING = 0.05  # seconds between two looks at whether there is anything to do


class Listener:
    """A storage SCP that predicts what it is sent.

    Once it has started, `port` is the one it listens on, `counts` says how often each event came,
    and `earlier_model` names another model whose results lie in the folder, where that is new.

    Parameters
    ----------
    model : path-like
        A file that `imgpipe.bundle.load` reads.
    folder : path-like
        Where images and results go: ``<study>/<series>/<instance>.dcm``, ``.json``, ``.sr.dcm``,
        named by UIDs. Made where it is missing.
    trust : bool
        As for `imgpipe.bundle.load`.
    host : str
        Address to listen on. One that other machines can reach needs `calling`.
    port : int
        0 lets the system choose; the attribute `port` says which.
    ae_title : str
        Own AE title, of at most 16 characters.
    calling : sequence of str
        AE titles that may send; all where empty.
    results : {"both", "json", "sr"}
        What is written of each image. One that cannot be predicted always gets JSON.
    max_associations : int
        Senders at a time.
    max_bytes : int
        Size of an image beyond which it is refused; up to three times as much memory is needed for
        each sender.
    tell : callable, optional
        Called with a dict for each thing that happens: ``event`` (``stored``, ``repeated``,
        ``refused``, ``rejected``, ``oversized``, ``predicted``, ``failed``, ``unwritten``), and
        what belongs to it of ``path``, ``sender``, ``uid``, ``status`` and ``why``; no patient
        data. It may be called from several threads, one at a time, and should return soon: a
        sender waits for it. What it raises goes to the log of this module.

    Raises
    ------
    InputError
        For a model that cannot be read, a package that is missing, a public address without
        `calling`, a port in use, a folder that another listener holds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn
    >>> from imgpipe.serve.listening import Listener
    >>> trained = learn.fit(datasets.load("synthetic-nodules"), "forest", families="intensity")
    >>> with TemporaryDirectory() as place:
    ...     bundle.save(trained, Path(place, "nodules.imgpipe"))
    ...     with Listener(Path(place, "nodules.imgpipe"), Path(place, "in"), port=0) as listener:
    ...         listener.wait(idle=0.2)
    >>> listener.counts["stored"], listener.waiting
    (0, 0)
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        folder: str | os.PathLike[str],
        *,
        trust: bool = False,
        host: str = "127.0.0.1",
        port: int = 11112,
        ae_title: str = "IMGPIPE",
        calling: Sequence[str] = (),
        results: Results = "both",
        max_associations: int = 10,
        max_bytes: int = 1 << 28,
        tell: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        if results not in RESULTS:
            raise InputError(f"results is {results!r}; choose from {', '.join(RESULTS)}")
        self._address = Address(host, port, ae_title, tuple(calling))
        self._address.check()
        with needed_for("imgpipe listen"):
            import pynetdicom  # noqa: F401

            if results != "json":
                import highdicom  # noqa: F401
        for name in _TALKATIVE:
            logging.getLogger(name).addHandler(logging.NullHandler())
        from imgpipe import bundle

        path = Path(model)
        loaded = bundle.load_predictor(path, trust=trust)
        self.port = port
        self.earlier_model: str | None = None
        self.counts: Counter[str] = Counter()
        self._tell_user = tell or (lambda told: None)
        self._telling = threading.Lock()
        self._woken = False
        self._last = time.monotonic()
        self._inbox = Inbox(Path(folder), results)
        self._model = ModelFile(path.name, digest_of(path), loaded)
        self._predicting = Predicting(self._model, self._inbox, self._tell)
        self._receiving = Receiving(
            self._inbox, self._predicting.add, self._tell, self._address, max_associations,
            max_bytes,
        )  # fmt: skip

    @property
    def waiting(self) -> int:
        """Images that are kept and not predicted yet."""
        return self._predicting.waiting

    def start(self) -> None:
        """Take hold of the folder, listen, and predict what an earlier listener has left."""
        self._inbox.open()
        try:
            left = list(self._inbox.unpredicted())
            self.earlier_model = self._inbox.model_before(self._model.name, self._model.sha256)
            self.port = self._receiving.start()
        except BaseException:
            self._inbox.close()
            raise
        self._predicting.add_left(left)
        self._predicting.start()

    def wait(self, *, idle: float | None = None) -> None:
        """Wait until `wake` is called, or nothing happens and nothing is left to do for a while.

        Parameters
        ----------
        idle : float, optional
            Seconds without a sender and with nothing to predict.
        """
        self._last = time.monotonic()
        while not self._woken:
            time.sleep(_NOTHING)
            if idle is None:
                continue
            if self.waiting or self._receiving.associations:
                self._last = time.monotonic()
            elif time.monotonic() - self._last >= idle:
                return

    def wake(self) -> None:
        """End `wait`; the handler of a signal may call it, since it takes no lock."""
        self._woken = True

    def stop(self) -> None:
        """Let nobody in, finish the image at work; the others keep for the next start."""
        self._woken = True
        self._receiving.stop()
        if self._predicting.is_alive():
            self._predicting.end()
        self._inbox.close()

    def __enter__(self) -> "Listener":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _tell(self, event: str, path: Path | None, **more: Any) -> None:
        with self._telling:
            self.counts[event] += 1
            self._last = time.monotonic()
            where = {} if path is None else {"path": str(path)}
            try:
                self._tell_user({"event": event, **where, **more})
            except Exception:  # an image that is kept must be predicted, whoever hears of it
                _log.exception("telling of %s", event)
