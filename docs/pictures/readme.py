"""Pictures of the README: kernels on a synthetic nodule, a report, the lab; ``make pictures``."""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from imgpipe import datasets, kernels

HERE = Path(__file__).parent
PORT = 8123
WIDE, HIGH = 1500, 940
SHOWN = 1180


def shown(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Show a range of values as bytes."""
    return (255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.uint8)


def draw_kernels(path: Path) -> None:
    """Lay what some kernels make of a nodule side by side, each under its name."""
    data = datasets.load("synthetic-nodules")
    nodule = data.images[int(np.flatnonzero(data.labels == 1)[0])].pixels
    lung = (-1350, 150)
    made = {
        "before": (nodule, *lung),
        "median 5": (kernels.median(nodule, 5), *lung),
        "gaussian 1.5": (kernels.gaussian(nodule, 1.5), *lung),
        "erosion 3": (kernels.erosion(nodule, 3), *lung),
        "dilation 3": (kernels.dilation(nodule, 3), *lung),
        "white top-hat 9": (kernels.white_tophat(nodule, 9), 0, 500),
    }
    side, top, gap = 180, 26, 8
    sheet = Picture.new("L", (len(made) * (side + gap) + gap, side + top + gap), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for at, (name, (values, low, high)) in enumerate(made.items()):
        left = gap + at * (side + gap)
        panel = Picture.fromarray(shown(values, low, high))
        sheet.paste(panel.resize((side, side), Picture.Resampling.BICUBIC), (left, top))
        pen.text((left, 5), name, 0, font)
    sheet.save(path, quality=85, optimize=True)


@contextmanager
def lab() -> Iterator[str]:
    """Start a lab, and give its address once it answers."""
    address = f"http://127.0.0.1:{PORT}/"
    command = [sys.executable, "-m", "imgpipe", "lab", "--no-browser", "--port", str(PORT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(address).close()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def photograph(folder: Path) -> None:
    """Take what the first screen of a report and of the lab shows."""
    from playwright.sync_api import sync_playwright

    run = folder / "run"
    compare = ["compare", "synthetic-nodules", "--models", "svm,forest,dummy", "--out", str(run)]
    subprocess.run([sys.executable, "-m", "imgpipe", *compare], check=True)
    with sync_playwright() as driver, lab() as address:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, color_scheme="light")
        page.goto((run / "report.html").as_uri())
        page.screenshot(path=folder / "report.png")
        page.goto(address)
        page.wait_for_selector("#histogram svg")
        page.wait_for_timeout(3000)
        page.screenshot(path=folder / "lab.png")
        browser.close()
    for name in ("report", "lab"):
        with Picture.open(folder / f"{name}.png") as taken:
            small = taken.convert("RGB").resize((SHOWN, HIGH * SHOWN // WIDE))
            small.save(HERE / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    draw_kernels(HERE / "kernels.jpg")
    with tempfile.TemporaryDirectory() as scratch:
        photograph(Path(scratch))
