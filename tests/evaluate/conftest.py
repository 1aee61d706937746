"""With this file here, the folders below find the samples that stand beside it."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def quick_costs(costs_of_few_images: None) -> None:
    """What a model costs is measured in a moment."""
