"""A few small labelled images in every layout."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dataset_samples import IMAGES

from imgpipe.images import write

Layout = Callable[[int], str]


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Write the images as PNG files; the layout names the file of each index."""

    def make(layout: Layout, images: object = IMAGES, name: str = "tree") -> Path:
        root = tmp_path / name
        for i, pixels in enumerate(images):  # type: ignore[arg-type]
            path = root / layout(i)
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, pixels, channel_axis=-1 if pixels.ndim == 3 else None)
        return root

    return make


@pytest.fixture
def manifest(tree: Callable[..., Path]) -> Callable[[str], Path]:
    """Write a manifest beside twelve images ``0.png`` to ``11.png``."""

    def make(text: str) -> Path:
        root = tree(lambda i: f"{i}.png")
        path = root / "list.csv"
        path.write_text(text)
        return path

    return make
