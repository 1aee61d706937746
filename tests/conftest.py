"""Shared fixtures: the real data, caches that never touch the user's own; samples of grids."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sampling import left_out

# both compile the same loops: side by side and ahead of the others, they do so in one process
COMPILING = ("tests/kernels/", "tests/bundle/single_graph/")
DATA = Path(
    os.environ.get("IMGPIPE_TEST_DATA", Path(__file__).parent.parent.parent / "shared/data")
)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the shared real data; tests that ask for it are marked ``data``."""
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI needs the shared data, and {DATA} is missing")
        pytest.skip(f"shared data not found at {DATA}; set IMGPIPE_TEST_DATA")
    return DATA


@pytest.fixture(autouse=True)
def private_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each test caches features and downloads in a folder of its own."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def costs_of_few_images() -> Iterator[None]:
    """The wait for one image is the median of two, not of all that fit into some seconds.

    Every comparison measures it for each of its models; rooms that compare a lot ask for this.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imgpipe.evaluate.fits.cost._LEAST", 2)
        patch.setattr("imgpipe.evaluate.fits.cost._SECONDS", 0.0)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that run more of the grids."""
    parser.addoption("--full-grids", action="store_true", help="run all cases of sampled grids")
    parser.addoption(
        "--more-of-grids", type=float, metavar="SHARE",
        help="run this share of each grid, less what is run without the option",
    )  # fmt: skip


def _place(name: str) -> int:
    """Where a test stands: those that compile a lot come first."""
    places = [place for place, folder in enumerate(COMPILING) if name.startswith(folder)]
    return places[0] if places else len(COMPILING)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the samples of grids do not hold, unless tests are named."""
    items.sort(key=lambda item: _place(item.nodeid))
    if config.getoption("full_grids") or any("::" in word for word in config.args):
        return
    out = set(left_out(items, config.getoption("more_of_grids")))
    config.hook.pytest_deselected(items=list(out))
    items[:] = [item for item in items if item not in out]
