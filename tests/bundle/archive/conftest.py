"""Small bundles of each kind, and their change by an attacker who signs them again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.fuzz.seeds import write_seeds
from imgpipe import InputError
from imgpipe.bundle import load


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """By name, ``svm-2`` for one of two classes."""
    folder = tmp_path_factory.mktemp("bundles")
    return {name.removesuffix(".imgpipe"): (folder / name).read_bytes()
            for name in write_seeds(folder)}  # fmt: skip


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[bytes], str]:
    """Open what is given; what the error says, behind the name of the file."""
    path = tmp_path / "m.imgpipe"

    def refused(content: bytes) -> str:
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load(path)
        text = str(caught.value)
        assert text.startswith(f"{path}: ")
        assert text.isprintable()
        return text.removeprefix(f"{path}: ")

    return refused
