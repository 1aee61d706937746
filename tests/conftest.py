"""Shared fixtures: the real data, and caches that never touch the user's own."""

import os
from pathlib import Path

import pytest

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
