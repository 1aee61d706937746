"""Small labelled images for the loaders."""

import numpy as np

IMAGES = np.random.default_rng(8).integers(0, 65536, (12, 8, 6), dtype=np.uint16)
LABELS = ["benign", "malignant"] * 6
PATIENTS = [f"P{i // 3}" for i in range(12)]
