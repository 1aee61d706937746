"""Gradient descent on a level set, with a step that is as long as the energy allows."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.threads import run_bands
from imgpipe.segment.contour.loops import Field, Force, Grid, measure, move

# share of the fall that the gradient promises, which a step must bring (Armijo)
_PROMISED = 1e-4
_GROWTH, _SHRINKAGE = 1.5, 0.5
_FIRST, _LONGEST, _SHORTEST = 1.0, 1e3, 1e-6
# mu beside a lambda of 1
_LONG = 100
# bytes that a pixel costs, for the choice of threads
_WORK = 60


class Scene(NamedTuple):
    """What is segmented, flat and in float32, with a border of a pixel.

    Parameters
    ----------
    image : ndarray
        Gray values from 0 to 1.
    weight : ndarray
        1 where the image is looked at, else 0.
    grid : Grid
    blocks : int
    volume : float
        Of a pixel.
    """

    image: np.ndarray
    weight: np.ndarray
    grid: Grid
    blocks: int
    volume: float


class Terms(NamedTuple):
    """Weights of the energy."""

    mu: float
    lambda1: float
    lambda2: float


class Descent:
    """A level set on its way down.

    Parameters
    ----------
    scene : Scene
    terms : Terms
    phi : ndarray of float32
        Where it starts, flat.

    Attributes
    ----------
    energy : float
    step : float
        That comes next.
    still : bool
        No step was found that leads down.
    """

    def __init__(self, scene: Scene, terms: Terms, phi: np.ndarray) -> None:
        # of numbers near 1, single precision has enough
        self._unit = max(terms.lambda1, terms.lambda2, terms.mu / _LONG) or 1.0
        self._scene = scene
        self._terms = Terms(*(weight / self._unit for weight in terms))
        self._here, self._there = (
            Field(*(np.zeros(phi.size, np.float32) for _ in range(3))) for _ in range(2)
        )
        self._here.phi[:] = phi
        shares = scene.weight, scene.weight * scene.image, scene.weight * scene.image**2
        self._whole = np.array([share.sum(dtype=np.float64) for share in shares])
        self.step = _FIRST
        self.still = False
        self.energy, self._means, _ = self._try(0.0, (0.0, 0.0))
        if not math.isfinite(self.energy):
            weights = ", ".join(f"{name}={weight!r}" for name, weight in terms._asdict().items())
            raise InputError(f"the contour's energy overflows with {weights}; take smaller ones")
        self._here, self._there = self._there, self._here

    @property
    def phi(self) -> np.ndarray:
        """The level set now; the next step writes over it."""
        return self._here.phi

    def advance(self) -> None:
        """Make a step, shorter until the energy falls as it should."""
        while self.step > _SHORTEST:
            energy, means, slope = self._try(self.step, self._means)
            if energy < self.energy and energy <= self.energy + _PROMISED * slope:
                self._here, self._there = self._there, self._here
                self.energy, self._means = energy, means
                self.step = min(self.step * _GROWTH, _LONGEST)
                return
            self.step *= _SHRINKAGE
        self.still = True

    def _try(
        self, step: float, means: tuple[float, float]
    ) -> tuple[float, tuple[float, float], float]:
        """Step from here to there: the energy there, both means, and the fall to expect."""
        scene, (mu, one, two) = self._scene, self._terms
        c1, c2 = means
        linear, constant = 2 * (two * c2 - one * c1), one * c1**2 - two * c2**2
        force = Force(*(np.float32(v) for v in (one - two, linear, constant, mu, step)))
        blocks, work = scene.blocks, float(scene.image.size * _WORK)
        sums, lengths = np.empty((blocks, 4)), np.empty(blocks)
        fields = (self._here, self._there)
        run_bands(move, blocks, work, scene.grid, scene.image, scene.weight, *fields, force, sums)
        run_bands(measure, blocks, work, scene.grid, scene.weight, self._there, lengths)
        *inside, slope = sums.sum(axis=0)
        outside = self._whole - inside
        c1, c2 = inside[1] / inside[0], outside[1] / outside[0]
        # sum of h (u - c)**2 where c is the mean
        spread = one * (inside[2] - c1 * inside[1]) + two * (outside[2] - c2 * outside[1])
        unit = float(scene.volume * self._unit)  # Python's floats overflow without a warning
        energy = unit * float(mu * lengths.sum() + spread)
        return energy, (float(c1), float(c2)), unit * float(slope)


def descend(descent: Descent, iterations: int, tolerance: float) -> Iterator[float]:
    """Yield the energy after each iteration, until it stands still."""
    window = 10
    energies = [descent.energy]
    for _ in range(iterations):
        descent.advance()
        energies.append(descent.energy)
        yield descent.energy
        fallen = energies[max(len(energies) - 1 - window, 0)] - descent.energy
        if descent.still or (len(energies) > window and fallen <= tolerance * descent.energy):
            return
