"""Helpers of the command line's tests: the program as a process, checks, small images on disk."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from click.testing import Result
from PIL import Image

Run = Callable[..., Result]


def assert_one_error(result: Result, *words: str) -> None:
    """Exit code 2, nothing on stdout, one line on stderr that holds all the words."""
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def start(*args: object, **settings: object) -> subprocess.Popen[str]:
    """Start the program as a process of its own, with its own process group."""
    command = [sys.executable, "-c", "from imgpipe.cli import main; main()", *map(str, args)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **settings,  # type: ignore[call-overload]
    )


def write_tree(root: Path, per_class: int = 10, size: int = 12) -> Path:
    """Write a folder tree of two classes that are told apart with some mistakes."""
    rng = np.random.default_rng(0)
    for name, level in (("benign", 100), ("malignant", 125)):
        folder = root / name
        folder.mkdir(parents=True)
        for i in range(per_class):
            pixels = rng.normal(level + rng.normal(0, 25), 20, (size, size)).clip(0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{i:02d}.png")
    return root


def write_scans(root: Path, n: int = 8) -> Path:
    """Write images of 48 pixels, each with up to two bright spots, masks, and a manifest."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:48, :48]
    rows = ["path,mask,patient"]
    root.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        image, mask = rng.normal(80, 8, y.shape), np.zeros(y.shape, np.uint8)
        for k in range(i % 3):
            cy, cx = 10 + 22 * k + rng.uniform(0, 5), rng.uniform(8, 40)
            squares = (y - cy) ** 2 + (x - cx) ** 2
            image += 90 * np.exp(-squares / 12)
            mask[squares < 16] = 1
        Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(root / f"{i}.png")
        Image.fromarray(255 * mask).save(root / f"{i}_mask.png")
        rows.append(f"{i}.png,{i}_mask.png,P{i // 2}")
    (root / "scans.csv").write_text("\n".join(rows))
    return root / "scans.csv"


def left_beside(path: Path) -> list[str]:
    """Names in the folder of `path`, hidden ones included."""
    return sorted(os.listdir(path.parent))
