"""The page's decoders give the pixels of `imgpipe.images.read`, its resizing those of `resize`."""

import base64
import io
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dropping import chunk, png
from PIL import Image as Pillow

from imgpipe import images
from imgpipe.report.web_page import SHARED

pytestmark = pytest.mark.browser

LOCAL = SHARED.parent / "local"
READ = """async text => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const {data, width, height, channels, dtype} = await readerOf(bytes)(bytes);
  return {data: [...data], width, height, channels, dtype};
}"""
RESIZE = """([data, width, height, channels, dtype, to]) =>
  [...resized({data: ARRAYS[dtype].from(data), width, height, channels, dtype}, ...to).data]"""
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def blank(chromium: Any) -> Iterator[Any]:
    """A page with the decoders, and no model."""
    words = json.dumps({"words": {name: name for name in ("damaged", "transparent", "jpeg")}})
    page = chromium.new_page()
    page.set_content(f'<script type="application/json" id="told">{words}</script>')
    parts = [SHARED / "1-words.js", *sorted(LOCAL.glob("[1-6]-*.js"))]
    page.add_script_tag(content="".join(path.read_text(encoding="utf-8") for path in parts))
    yield page
    page.close()


def noise(top: int, *shape: int) -> np.ndarray:
    return RNG.integers(0, top, shape)


def palette(n: int) -> bytes:
    return chunk(b"PLTE", RNG.bytes(3 * n))


def pngs() -> Iterator[tuple[str, bytes]]:
    """PNG files of each kind and depth, interlaced and not, with keys, alpha and chunks beside."""
    kinds = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (4, 16), (6, 8),
             (6, 16)]  # fmt: skip
    for kind, depth in kinds:
        channels = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
        numbers = noise(1 << depth, 13, 11, channels)
        for interlaced in (False, True):
            # Pillow and OpenCV know interlacing, too
            name = f"kind {kind}, {depth} bits{', interlaced' * interlaced}"
            yield name, png(11, 13, depth, kind, numbers, interlaced=interlaced)
        if kind in (0, 2):
            key = struct.pack(f">{channels}H", *numbers[3, 4].tolist())
            yield (
                f"kind {kind}, {depth} bits, a key",
                png(11, 13, depth, kind, numbers, chunk(b"tRNS", key)),
            )
    for depth in (1, 2, 4, 8):
        numbers = noise(1 << depth, 13, 11, 1)
        yield f"palette of {depth} bits", png(11, 13, depth, 3, numbers, palette(1 << depth))
        opacity = chunk(b"tRNS", RNG.bytes(min(1 << depth, 5)))
        yield (
            f"palette of {depth} bits with alpha",
            png(11, 13, depth, 3, numbers, palette(1 << depth), opacity),
        )
    numbers = noise(256, 13, 11, 3)
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"sRGB", b"\0")
    yield "gamma", png(11, 13, 8, 2, numbers, *gamma)
    for turn in range(1, 9):
        exif = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)
        yield f"turned {turn}", png(11, 13, 8, 2, numbers, chunk(b"eXIf", exif))
    yield "one pixel", png(1, 1, 16, 0, noise(65536, 1), interlaced=True)


def npys() -> Iterator[tuple[str, bytes]]:
    """Arrays of the dtypes that are read, in both orders of bytes and of axes."""
    for dtype in ("u1", "<u2", ">u2", "<f4", ">f4"):
        for shape in ((5, 7), (5, 7, 1), (5, 7, 3)):
            for order in "CF":
                file = io.BytesIO()
                np.save(file, noise(250, *shape).astype(dtype, order=order))
                yield f"{dtype} {shape} {order}", file.getvalue()


FILES = {**dict(pngs()), **dict(npys())}


def shown(page: Any, content: bytes) -> np.ndarray:
    """Pixels that the page reads."""
    told = page.evaluate(READ, base64.b64encode(content).decode())
    shape = (told["height"], told["width"], told["channels"])
    pixels = np.array(told["data"]).astype(told["dtype"]).reshape(shape)
    return pixels if told["channels"] == 3 else pixels[..., 0]


def test_pixels_are_those_of_imgpipe(blank: Any, tmp_path: Path) -> None:
    """Every kind of PNG and NPY file is read to the last bit."""
    for name, content in FILES.items():
        path = tmp_path / "file"
        path.write_bytes(content)
        expected = images.read(path).pixels
        found = shown(blank, content)
        assert found.dtype == expected.dtype, name
        np.testing.assert_array_equal(found, expected, err_msg=name)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"subsampling": 0}, {"exif": 6}])
def test_jpeg_pixels_are_near(blank: Any, tmp_path: Path, mode: str, how: dict[str, Any]) -> None:
    """Gray ones are equal; colours lie near, since decoders differ."""
    y, x = np.mgrid[:40, :56]
    smooth = np.stack([3 * x, 4 * y, 200 - 2 * x], -1) + noise(20, 40, 56, 3)
    pixels = smooth.clip(0, 255).astype(np.uint8)
    picture = Pillow.fromarray(pixels if mode == "RGB" else pixels[..., 0])
    if "exif" in how:
        exif = Pillow.Exif()
        exif[0x0112] = how["exif"]
        how = {"exif": exif}
    path = tmp_path / "file.jpg"
    picture.save(path, quality=90, **how)
    expected = images.read(path).pixels.astype(int)
    found = shown(blank, path.read_bytes()).astype(int)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= (0 if mode == "L" else 2)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_resizing_is_that_of_imgpipe(blank: Any, dtype: str) -> None:
    """Growing and shrinking, gray and colour, give the same pixels to the last bit."""
    for old, new in (((9, 7), (24, 24)), ((300, 211), (24, 32)), ((24, 700), (24, 12))):
        for channels in (1, 3):
            pixels = noise(255, *old, channels).astype(dtype)
            args = [pixels.ravel().tolist(), old[1], old[0], channels, dtype, new]
            found = np.array(blank.evaluate(RESIZE, args)).astype(dtype)
            expected = images.resize(pixels, new, channel_axis=-1)
            np.testing.assert_array_equal(found.reshape(expected.shape), expected)


def test_what_is_cut_is_refused(blank: Any) -> None:
    """No part of a file passes for the whole; a wrong bit in it is seen."""
    read: Callable[[bytes], Any] = lambda content: shown(blank, content)  # noqa: E731
    content = FILES["kind 0, 16 bits"]
    for n in range(8, len(content), 7):
        with pytest.raises(Exception, match="damaged"):
            read(content[:n])
    for n in range(16, len(content) - 12, 11):
        wrong = bytearray(content)
        wrong[n] ^= 4
        with pytest.raises(Exception, match="damaged"):
            read(bytes(wrong))
