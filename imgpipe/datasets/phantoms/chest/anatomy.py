"""The anatomy of one chest: sizes drawn once, distances from its surfaces at any height.

Coordinates in mm: x to the patient's left, y backwards, z upwards from the carina.
"""

from dataclasses import dataclass, field

import numpy as np

from imgpipe.datasets.phantoms.chest.distances import ellipsoid, tube
from imgpipe.datasets.phantoms.chest.vessels import Segment, tree

BOTTOM, TOP = -150.0, 110.0
"""Heights at which there are lungs."""
PERIOD = 27.0
"""From rib to rib, and from one vertebra to the next."""


@dataclass
class Plane:
    """Points of one slice."""

    x: np.ndarray
    y: np.ndarray
    z: float


@dataclass
class Anatomy:
    """What differs between patients."""

    rng: np.random.Generator
    scale: float = field(init=False)

    def __post_init__(self) -> None:
        rng = self.rng
        self.scale = rng.uniform(0.9, 1.1)
        self.fat = rng.uniform(8, 22)
        self.waves = rng.normal(0, 0.7, (2, 5)) / np.sqrt(np.arange(1, 6))
        self.heart = rng.uniform((46, 36, 44), (58, 46, 56)).tolist()
        self.heart_at = np.array([rng.uniform(14, 24), -22.0, rng.uniform(-70, -50)])
        self.domes = rng.uniform((-95, -105), (-75, -82))
        self.junction = rng.uniform(3.0, 6.0)
        self.trachea = rng.uniform(7.5, 10.0)
        self.trachea_x = rng.uniform(-5, 5)
        self.gap = rng.uniform(-2.0, 4.0)
        hila = np.array([[-34.0, 8.0, -5.0], [34.0, 8.0, 2.0]])
        self.vessels: list[Segment] = [*tree(rng, hila[0], -1.0), *tree(rng, hila[1], 1.0)]
        self.gas = [
            (rng.uniform((20, -50, -165), (75, 10, -125)), rng.uniform(9, 24, 3).tolist())
            for _ in range(rng.integers(1, 4))
        ]

    def body(self, at: Plane) -> np.ndarray:
        """Skin."""
        wide = 150 + 1.2 * self.fat + 8 * np.tanh(at.z / 80)
        deep = 96 + self.fat
        return ellipsoid((self.scale * wide, self.scale * deep), at.x, at.y)

    def cage(self, at: Plane) -> np.ndarray:
        """Inner side of the ribs, narrow at the apex."""
        narrow = np.sqrt(max(0.02, 1 - ((at.z + 95) / 225) ** 2)) if at.z > -95 else 1.0
        turn = np.arctan2(at.y, at.x)
        rough = sum(
            a * np.cos(k * turn + 0.02 * at.z) + b * np.sin(k * turn - 0.015 * at.z)
            for k, (a, b) in enumerate(self.waves.T, 2)
        )
        axes = (self.scale * 128 * narrow, self.scale * 80 * narrow)
        return ellipsoid(axes, at.x, at.y - 12 * (1 - narrow)) + rough

    def spine(self, at: Plane) -> np.ndarray:
        """Vertebral bodies, with a waist at each disc."""
        waist = 1.5 * np.cos(2 * np.pi * at.z / PERIOD)
        return ellipsoid((21 + waist, 17 + waist), at.x, at.y - self.scale * 70)

    def canal(self, at: Plane) -> np.ndarray:
        """Spinal canal."""
        return ellipsoid((10, 8), at.x, at.y - self.scale * 70 - 24)

    def aorta(self, at: Plane) -> np.ndarray:
        """Descending aorta, left of the spine."""
        return ellipsoid((13, 13), at.x - 20, at.y - self.scale * 42)

    def heart_wall(self, at: Plane) -> np.ndarray:
        """Heart, for the most part on the left."""
        x, y, z = self.heart_at
        return ellipsoid(self.heart, at.x - x, at.y - y, at.z - z)

    def lungs(self, at: Plane) -> np.ndarray:
        """Both lungs: inside the cage, beside the mediastinum, above the diaphragm."""
        middle = self.junction + 24 * np.exp(-(((at.y - 15) / 34) ** 2))
        left = at.x > 0
        dome = np.where(left, self.domes[1], self.domes[0])
        centre = self.scale * np.where(left, 62.0, -62.0)
        steep = ((at.x - centre) / 62) ** 2 + ((at.y + 5) / 75) ** 2
        floor = dome - 48 * self.scale * steep**1.5 - at.z
        return np.maximum.reduce(
            [
                self.cage(at) + 4,
                middle - np.abs(at.x),
                -self.heart_wall(at),
                3 - self.spine(at),
                -self.aorta(at),
                0.8 * floor,
            ]
        )

    def ribs(self, at: Plane) -> np.ndarray:
        """Ribs, which slope downwards to the front."""
        phase = (at.z + 0.45 * at.y + 0.1 * np.abs(at.x)) % PERIOD - PERIOD / 2
        return np.maximum(np.abs(self.cage(at) - 5) - 4, np.abs(phase) - 6)

    def airways(self, at: Plane) -> np.ndarray:
        """Trachea and main bronchi."""
        x, y = self.trachea_x, self.scale * 12.0
        ends = [(x, y + 3 - 5, 260.0), (-46, y + 4, -26), (46, y + 4, -20)]
        sizes = (self.trachea, 0.75 * self.trachea, 0.68 * self.trachea)
        fork = np.array([x, y, 4.0])
        tubes = [
            tube(fork, np.array(end, float), size, at.x, at.y, at.z)
            for end, size in zip(ends, sizes, strict=True)
        ]
        return np.minimum.reduce(tubes)

    def bowel(self, at: Plane) -> np.ndarray:
        """Gas in the stomach and the colon, below the diaphragm."""
        bubbles = [ellipsoid(size, at.x - x, at.y - y, at.z - z) for (x, y, z), size in self.gas]
        return np.minimum.reduce(bubbles)

    def table(self, at: Plane) -> tuple[np.ndarray, np.ndarray]:
        """Shell of the table, and its foam: the shell may touch the back."""
        back = self.scale * (96 + self.fat) + self.gap
        below = at.y - back + (at.x / 75) ** 2
        off = np.maximum(np.abs(below - 14) - 14, np.abs(at.x) - 190)
        return np.abs(off + 1.5) - 1.5, off + 3
