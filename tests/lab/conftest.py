"""A lab that several tests ask."""

from collections.abc import Iterator

import pytest
from lab_helpers import Running, running


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A lab, for tests that leave it as it is."""
    with running(tmp_path_factory.mktemp("lab")) as one:
        yield one
