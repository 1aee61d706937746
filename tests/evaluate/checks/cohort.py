"""A clean set of images on disk, and a way to plant a fault in it."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

SIDE = 32


@dataclass
class Cohort:
    """Images of patients, each with a row of a manifest; every field may be changed."""

    images: list[np.ndarray]
    labels: list[str]
    patients: list[str] | None
    names: list[str]
    split: list[str] | None = None
    masks: list[np.ndarray] | None = None
    columns: dict[str, list[str]] = field(default_factory=dict)
    quality: dict[int, int] = field(default_factory=dict)  # JPEG quality of some, else lossless

    @property
    def n(self) -> int:
        return len(self.images)

    def of(self, label: str) -> list[int]:
        """Positions of a class."""
        return [i for i, own in enumerate(self.labels) if own == label]

    def add(self, image: np.ndarray, label: str, patient: str, part: str | None = None) -> None:
        """Append an image."""
        self.images.append(image)
        self.labels.append(label)
        self.names.append(f"{7919 * len(self.names) % 10007:05d}.png")
        if self.patients is not None:
            self.patients.append(patient)
        if self.split is not None:
            self.split.append(part or "train")
        for values in self.columns.values():
            values.append(values[0])

    def write(self, folder: Path) -> Path:
        """Write the files and their manifest."""
        folder.mkdir(parents=True, exist_ok=True)
        table = {"path": self.names, "label": self.labels}
        if self.patients is not None:
            table["group"] = self.patients
        if self.split is not None:
            table["split"] = self.split
        if self.masks is not None:
            table["mask"] = [f"mask_{i}.png" for i in range(self.n)]
            for name, mask in zip(table["mask"], self.masks, strict=True):
                Image.fromarray(mask.astype(np.uint8) * 255).save(folder / name)
        table |= self.columns
        for i, (name, image) in enumerate(zip(self.names, self.images, strict=True)):
            settings = {"quality": self.quality.get(i, 95)} if name.endswith("jpg") else {}
            Image.fromarray(image).save(folder / name, **settings)
        manifest = folder / "scans.csv"
        with open(manifest, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            writer.writerows(zip(*table.values(), strict=True))
        return manifest


def texture(rng: np.random.Generator, label: str) -> np.ndarray:
    """Noise, finer in one class; brightness and contrast are drawn alike for both."""
    noise = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 0.8 if label == "benign" else 2.0)
    # no border or corner may tell how fine the noise is
    scene = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 5.0)
    inside = np.zeros((SIDE, SIDE))
    inside[10:22, 10:22] = (noise / noise.std())[10:22, 10:22]
    scene = scene / scene.std() * rng.uniform(20, 30) + 8 * inside
    scene += rng.normal(0, 6, scene.shape)
    scene = (scene - scene.mean()) / scene.std() * rng.uniform(25, 35)
    return (scene + rng.uniform(110, 140)).clip(1, 254).astype(np.uint8)


def cohort(patients: int = 60, seed: int = 0, each: int = 2) -> Cohort:
    """Patients with some images each, half of them benign, in no order."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"P{who:03d}", "benign" if who % 2 else "malignant")
        for who in range(patients)
        for _ in range(each)
    ]
    order = rng.permutation(len(rows))
    labels = [rows[i][1] for i in order]
    return Cohort(
        [texture(rng, label) for label in labels],
        labels,
        [rows[i][0] for i in order],
        [f"{7919 * i % 10007:05d}.png" for i in range(len(rows))],
    )


def divided(**settings: int) -> Cohort:
    """A cohort with a given split, by patient: three in five are trained on."""
    made = cohort(**settings)
    assert made.patients is not None
    parts = {who: ("train", "train", "test", "train", "test")[i // 2 % 5]
             for i, who in enumerate(sorted(set(made.patients)))}  # fmt: skip
    made.split = [parts[who] for who in made.patients]
    return made
