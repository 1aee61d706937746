"""Slices through a chest as a scanner gives them: densities, blur, noise."""

import numpy as np

from imgpipe.datasets.phantoms.chest.anatomy import Anatomy, Plane
from imgpipe.datasets.phantoms.chest.distances import tube

GAS = -990.0


class Scanner:
    """Densities and noise of one scan.

    Parameters
    ----------
    anatomy : Anatomy
    shape : tuple of int
        Pixels of a slice.
    pixel : tuple of float
        In mm.
    """

    def __init__(self, anatomy: Anatomy, shape: tuple[int, int], pixel: tuple[float, float]):
        self.anatomy = anatomy
        rng = anatomy.rng
        self.densities = {
            "fat": rng.uniform(-110, -85),
            "muscle": rng.uniform(35, 60),
            "blood": rng.uniform(35, 160),
            "bone": rng.uniform(250, 500),
            "lung": rng.uniform(-885, -815),
            "table": rng.uniform(-300, 100),
        }
        self.noise = rng.uniform(12, 32)
        self.y, self.x = (
            (np.arange(n) - (n - 1) / 2) * step for n, step in zip(shape, pixel, strict=True)
        )
        self.soft = 0.35 * max(1.0, *pixel)
        frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None])
        # filtered back-projection leaves noise of middle frequencies (Riederer et al., 1978)
        self.grain = frequency * np.exp(-((frequency / 0.28) ** 2))
        self.net = np.exp(-2 * (np.pi * 2.0 / max(pixel) * frequency) ** 2)

    def slice_at(self, z: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Hounsfield units at a height, and which pixels lie in the lungs."""
        at = Plane(self.x[None], self.y[:, None], z)
        body, lungs, table, foam = self._distances(at)
        shape = (len(self.y), len(self.x))
        values = np.full(shape, -1000.0)
        known = self.densities
        values = self._laid(values, table, known["table"])
        values = self._laid(values, foam, -900.0)
        values = self._laid(values, body, known["fat"])
        values = self._laid(values, body + self.anatomy.fat, known["muscle"])
        values = self._organs(values, at)
        tissue = known["lung"] + 0.35 * at.y + 18 * self._field(rng, self.net)
        tissue = self._vessels(tissue, at, lungs)
        values = self._laid(values, lungs, tissue)
        airways = self.anatomy.airways(at)
        values = self._laid(values, airways - 1.5, known["muscle"])
        values = self._laid(values, airways, GAS)
        values = values + self.noise * self._field(rng, self.grain)
        return np.clip(np.rint(values), -1024, 3071).astype(np.int16), lungs < 0

    def _distances(self, at: Plane) -> tuple[np.ndarray, ...]:
        return (self.anatomy.body(at), self.anatomy.lungs(at), *self.anatomy.table(at))

    def _organs(self, values: np.ndarray, at: Plane) -> np.ndarray:
        anatomy, known = self.anatomy, self.densities
        values = self._laid(values, anatomy.heart_wall(at), known["blood"])
        values = self._laid(values, anatomy.aorta(at) + 1.5, known["blood"])
        values = self._laid(values, anatomy.ribs(at), known["bone"])
        values = self._laid(values, anatomy.spine(at), 0.6 * known["bone"])
        values = self._laid(values, anatomy.canal(at), 30.0)
        return self._laid(values, anatomy.bowel(at), GAS)

    def _vessels(self, tissue: np.ndarray, at: Plane, lungs: np.ndarray) -> np.ndarray:
        """Lay vessels over lung tissue, each in the box that it reaches."""
        tissue = np.broadcast_to(tissue, lungs.shape).copy()
        for start, end, radius in self.anatomy.vessels:
            reach = radius + 4 * self.soft
            low, high = np.minimum(start, end) - reach, np.maximum(start, end) + reach
            if not low[2] < at.z < high[2]:
                continue
            columns = slice(*np.searchsorted(self.x, (low[0], high[0])))
            rows = slice(*np.searchsorted(self.y, (low[1], high[1])))
            x, y = self.x[None, columns], self.y[rows, None]
            if x.size and y.size:
                off = tube(start, end, radius, x, y, at.z)
                box = tissue[rows, columns]
                tissue[rows, columns] = self._laid(box, off, self.densities["blood"])
        return tissue

    def _laid(
        self, below: np.ndarray, distance: np.ndarray, density: np.ndarray | float
    ) -> np.ndarray:
        """Lay a structure over others; its border is as soft as the scanner's blur."""
        share = 1 / (1 + np.exp(np.clip(distance / self.soft, -30, 30)))
        return np.asarray(below * (1 - share) + share * density)

    def _field(self, rng: np.random.Generator, spectrum: np.ndarray) -> np.ndarray:
        """Random field of unit variance."""
        shape = (len(self.y), len(self.x))
        field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * spectrum, s=shape)
        return np.asarray(field / field.std())
