"""Models and pictures for the pages on which a picture is dropped, and the drop itself."""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe import bundle, images, learn
from imgpipe.datasets import Dataset, load

if TYPE_CHECKING:
    from playwright.sync_api import Page

KINDS = ("gray 8", "colour 8", "gray 16", "float32", "resized")
CLASSES = ("benign", "malignant")
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
         (1, 0, 2, 1))  # fmt: skip
DROP = """files => {
  const all = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    all.items.add(new File([bytes], name));
  }
  const zone = document.getElementById("drop");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: all, bubbles: true, cancelable: true}));
  }
}"""


@dataclass(frozen=True)
class Kept:
    """A model in a file, and pictures that it has not seen."""

    model: Path
    pictures: tuple[Path, ...]


def pixels_of(kind: str, n: int, seed: int = 0) -> np.ndarray:
    """Noise whose brightness depends on the class, of the kind's depth and channels."""
    rng = np.random.default_rng(seed)
    shape = (n, 24, 20, 3) if kind == "colour 8" else (n, 24, 20)
    level = 90 + 30 * (np.arange(n) % 2).reshape(-1, *[1] * (len(shape) - 1))
    noise = rng.normal(level, 50, shape).clip(0, 255)
    if kind == "gray 16":
        return (200 * noise).astype(np.uint16)
    return noise.astype(np.float32 if kind == "float32" else np.uint8)


def made(kind: str, folder: Path) -> Kept:
    """Train a model of a kind, and write pictures for it."""
    axis = {"channel_axis": -1} if kind == "colour 8" else {}
    tree = folder / "tree"
    for i, pixels in enumerate(pixels_of(kind, 24)):
        suffix = "npy" if kind == "float32" else "png"
        path = tree / CLASSES[i % 2] / f"{i}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        images.write(path, pixels, **axis)
    size = 16 if kind == "resized" else None
    data: Dataset = load(str(tree), size=size)
    trained = learn.fit(data, "logistic", families=["intensity", "lbp"], size=size)
    model = folder / "model.imgpipe"
    bundle.save(trained, model, card=bundle.make_card(trained, data, "logistic"))
    pictures = []
    for i, pixels in enumerate(pixels_of(kind, 4, seed=1)):
        pictures.append(folder / f"new {i}.{'npy' if kind == 'float32' else 'png'}")
        if kind == "resized":
            pixels = np.kron(pixels, np.ones((1 + i, 2), np.uint8))[: 90 - i, : 37 + i]
        images.write(pictures[-1], pixels, **axis)
    return Kept(model, tuple(pictures))


def drop(page: "Page", files: Sequence[Path]) -> None:
    """Drop files on the zone, as a hand does, and wait for the last answer."""
    done = int(page.evaluate("document.body.dataset.done ?? 0")) + len(files)
    given = [(path.name, base64.b64encode(path.read_bytes()).decode()) for path in files]
    page.evaluate(DROP, given)
    page.wait_for_selector(f"body[data-done='{done}']", timeout=90_000, state="attached")


def answer(page: "Page") -> tuple[str, dict[str, float]]:
    """Class and probabilities that stand on the page."""
    rows = page.locator("#answer li[data-class]")
    pairs = "all => all.map(row => [row.dataset.class, +row.querySelector('data').value])"
    shares = rows.evaluate_all(pairs)
    return page.locator("#predicted").inner_text(), dict(shares)


def png(
    width: int, height: int, depth: int, kind: int, numbers: np.ndarray, *more: bytes, **how: Any
) -> bytes:
    """A PNG file of any kind, with each filter in turn; `more` are chunks before the pixels."""
    passes = ADAM7 if how.get("interlaced") else ((0, 0, 1, 1),)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    grid = numbers.reshape(height, width, channels)
    raw = bytearray()
    for y, x, dy, dx in passes:
        part = grid[y::dy, x::dx]
        if not part.size:
            continue
        step = max(1, channels * depth // 8)
        above = np.zeros(-(-part.shape[1] * channels * depth // 8), np.int64)
        for k, row in enumerate(part):
            packed = _packed(row.ravel(), depth)
            raw += bytes([k % 5]) + _filtered(packed, above, step, k % 5)
            above = packed
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, len(passes) > 1)
    parts = [chunk(b"IHDR", head), *more, chunk(b"IDAT", zlib.compress(bytes(raw)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*parts, chunk(b"IEND", b"")])


def chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def _packed(numbers: np.ndarray, depth: int) -> np.ndarray:
    if depth == 16:
        return np.frombuffer(numbers.astype(">u2").tobytes(), np.uint8).astype(np.int64)
    bits = (numbers[:, None] >> np.arange(depth)[::-1]) & 1
    return np.packbits(bits.astype(np.uint8).ravel()).astype(np.int64)


def _filtered(row: np.ndarray, above: np.ndarray, step: int, kind: int) -> bytes:
    left = np.concatenate([np.zeros(step, np.int64), row])[: len(row)]
    corner = np.concatenate([np.zeros(step, np.int64), above])[: len(row)]
    p = left + above - corner
    far = np.abs(np.stack([p - left, p - above, p - corner]))
    nearest = np.choose(far.argmin(axis=0), [left, above, corner])
    guess = [0, left, above, (left + above) // 2, nearest][kind]
    return ((row - guess) % 256).astype(np.uint8).tobytes()
