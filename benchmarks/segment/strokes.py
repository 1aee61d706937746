"""Scribbles as a person would draw them, made from a reference by a stated rule."""

import numpy as np

SAID = (
    "Strokes are drawn from the reference by a rule: straight lines, 15 pixels long and 3 wide, "
    "from a random pixel in a random direction, {each} in each of four regions of an image: deep "
    "in cells (more than 3 pixels from their edge), in their rims, beside cells (up to 4 pixels "
    "from them), and in the background; what leaves its region is not drawn."
)
LENGTH, RIM, BESIDE = 15, 3, 4


def strokes(labels: np.ndarray, each: int, seed: int) -> np.ndarray:
    """Draw on one image: 1 background, 2 cells, 0 elsewhere."""
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    cells = labels > 0
    deep, away = (ndimage.distance_transform_edt(side) for side in (cells, ~cells))
    regions = (
        (deep > RIM, 2),
        (cells & (deep <= RIM), 2),
        (~cells & (away <= BESIDE), 1),
        (away > BESIDE, 1),
    )
    found = np.zeros(labels.shape, np.uint8)
    along = np.arange(LENGTH) - LENGTH // 2
    for region, number in regions:
        ys, xs = np.nonzero(region)
        for _ in range(each if len(ys) else 0):
            start, angle = rng.integers(len(ys)), rng.uniform(0, 2 * np.pi)
            line = np.zeros(labels.shape, bool)
            y = np.rint(ys[start] + along * np.sin(angle)).astype(int)
            x = np.rint(xs[start] + along * np.cos(angle)).astype(int)
            line[y.clip(0, labels.shape[0] - 1), x.clip(0, labels.shape[1] - 1)] = True
            found[ndimage.binary_dilation(line, np.ones((3, 3))) & region] = number
    return found
