"""The picture of the active contour on its way over synthetic nuclei: ``make pictures``."""

import base64
import io
from pathlib import Path

import numpy as np
from made import nuclei
from PIL import Image as Picture
from skimage.measure import find_contours

from imgpipe._common.palette import GRAY_LIGHT, LIGHT
from imgpipe.segment import Contour, active_contour

HERE = Path(__file__).parent
SIDE, GAP, TOP = 190, 14, 26
SHOWN = (14, 24, 32)
RED = "#e61e3c"


def way() -> tuple[np.ndarray, np.ndarray, list[Contour]]:
    """Return an image, where the contour starts, and all that it went through."""
    image = nuclei(1)[0][60:188, 60:188]
    start = np.zeros(image.shape, bool)
    start[24:104, 24:104] = True
    return image, start, list(active_contour(image, start, mu=0.02, steps=1))


def outline(level_set: np.ndarray) -> str:
    """Path along the contour, in the picture's units."""
    scale = SIDE / level_set.shape[0]
    lines = find_contours(np.pad(level_set.clip(-1, 1), 1, constant_values=-1), 0)
    points = (
        "L".join(f"{(x - 0.5) * scale:.1f} {(y - 0.5) * scale:.1f}" for y, x in line)
        for line in lines
    )
    return "".join(f"M{line}" for line in points)


def frame(number: int, title: str, level_set: np.ndarray) -> str:
    """Draw the image with a contour, and say what it is."""
    return (
        f'<g transform="translate({number * (SIDE + GAP)} {TOP})">'
        f'<text y="-8">{title}</text><use href="#image"/>'
        f'<path d="{outline(level_set)}" fill="none" stroke="{RED}" stroke-width="1.6"/></g>'
    )


def curve(number: int, energy: np.ndarray, marked: list[int]) -> str:
    """Draw the energy by iterations, with dots where frames are."""
    left, wide, high = 44, 250, SIDE - 34
    top = float(energy[0])

    def place(k: int) -> tuple[float, float]:
        return left + wide * (k - 1) / (len(energy) - 1), high * (1 - energy[k - 1] / top)

    points = " ".join("{:.1f},{:.1f}".format(*place(k)) for k in range(1, len(energy) + 1))
    dots = "".join('<circle cx="{:.1f}" cy="{:.1f}" r="3.5"/>'.format(*place(k)) for k in marked)
    ends = "".join(
        f'<text x="{place(k)[0]:.0f}" y="{high + 18}" text-anchor="middle">{k}</text>'
        for k in (1, len(energy))
    )
    return (
        f'<g transform="translate({number * (SIDE + GAP)} {TOP})"><text y="-8" x="{left}">'
        f"energy after each iteration</text>"
        f'<path d="M{left} 0V{high}H{left + wide}" fill="none" stroke="{GRAY_LIGHT}"/>'
        f'<text x="{left - 6}" y="10" text-anchor="end">{top:.0f}</text>'
        f'<text x="{left - 6}" y="{high}" text-anchor="end">0</text>{ends}'
        f'<polyline points="{points}" fill="none" stroke="{LIGHT[0]}" stroke-width="2"/>'
        f'<g fill="{RED}">{dots}</g></g>'
    )


def embedded(image: np.ndarray) -> str:
    """Embed the image, once for all frames."""
    low, high = image.min(), 0.8 * image.max()
    shown = np.clip(255 * ((image - low) / (high - low)), 0, 255).astype(np.uint8)
    store = io.BytesIO()
    Picture.fromarray(shown).save(store, "JPEG", quality=88)
    data = base64.b64encode(store.getvalue()).decode()
    return (
        f'<defs><image id="image" width="{SIDE}" height="{SIDE}" '
        f'href="data:image/jpeg;base64,{data}"/></defs>'
    )


def main() -> None:
    """Draw a strip of frames and the energy."""
    image, start, contours = way()
    shown = [*SHOWN, len(contours)]
    frames = [("start", np.where(start, 1.0, -1.0))]
    frames += [(f"after {k}", contours[k - 1].level_set) for k in shown]
    wide, high = len(frames) * (SIDE + GAP) + 310, TOP + SIDE + 2
    parts = [frame(number, *each) for number, each in enumerate(frames)]
    parts.append(curve(len(frames), contours[-1].energy, shown))
    (HERE / "active-contour.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 0 {wide + 12} {high}" '
        'font-family="sans-serif" font-size="14">'
        f'<rect x="-6" width="{wide + 12}" height="{high}" fill="#fff"/>'
        f"{embedded(image)}{''.join(parts)}</svg>\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
