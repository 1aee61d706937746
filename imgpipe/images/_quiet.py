"""Keep decoders from talking: what matters is raised, the rest is noise on standard error."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# without a handler of their own, warnings of these loggers would reach standard error
for _name in ("tifffile", "pydicom", "PIL"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# catch_warnings swaps a list of the whole process: two threads at once could leave it swapped
_lock = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """No warning from inside the block is shown."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
