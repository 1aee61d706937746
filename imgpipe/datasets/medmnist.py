"""The 2-D sets of MedMNIST by name, in their official splits."""

from collections.abc import Callable
from functools import partial

from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.entry import Entry
from imgpipe.datasets.files.reading import Reading, check_size
from imgpipe.datasets.medmnist_table import TABLE
from imgpipe.datasets.npz import load_npz

URL = "https://zenodo.org/records/10519652/files/{name}.npz?download=1"
CITATION = "Yang et al., MedMNIST v2, Scientific Data 10, 41 (2023), doi 10.1038/s41597-022-01721-8"


def load_medmnist(name: str, *, size: int | tuple[int, ...] | None = None) -> Dataset:
    """Load a registered MedMNIST set, fetching it on first use.

    Parameters
    ----------
    name : str
        A name of `TABLE`.
    size : int or tuple of int, optional
        Resize the images.

    Raises
    ------
    InputError
        If it is not in the cache and cannot be fetched; the message says where to put the file.
    """
    # its network modules would double the time to import this room
    from imgpipe.datasets.files.download import fetch

    official = TABLE[name]
    path = fetch(f"{name}.npz", URL.format(name=name), official.md5)
    return load_npz(path, reading=Reading(check_size(size)), classes=official.classes)


def _entry(name: str) -> Entry:
    official = TABLE[name]
    loader: Callable[..., Dataset] = partial(load_medmnist, name)
    licence = "CC BY-NC 4.0" if name == "dermamnist" else "CC BY 4.0"
    images = dict(zip(("train", "val", "test"), official.counts, strict=True))
    return Entry(name, official.description, official.classes, licence, CITATION, loader, images)


ENTRIES: dict[str, Entry] = {name: _entry(name) for name in TABLE}
