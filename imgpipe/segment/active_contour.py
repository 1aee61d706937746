"""An active contour that divides an image into two regions of little variance."""

from collections.abc import Callable, Iterator
from operator import index
from typing import Any, NamedTuple, overload

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.contour.descent import Descent, Terms, descend
from imgpipe.segment.contour.start import Layout, bright_start, given_start, normalised, scene_of
from imgpipe.segment.method.given import Given, taken
from imgpipe.segment.method.segmenter import Segmenter


class Contour(NamedTuple):
    """What `active_contour` has found.

    Parameters
    ----------
    mask : ndarray of bool
        Where the level set is positive.
    level_set : ndarray of float32
        The contour is where it is 0; only its sign has a meaning elsewhere. -1 outside the mask of
        an `Image`.
    energy : ndarray of float64
        After each iteration; it never rises.
    """

    mask: np.ndarray
    level_set: np.ndarray
    energy: np.ndarray

    def __repr__(self) -> str:
        inside, n = np.count_nonzero(self.mask), len(self.energy)
        energy = f", energy {self.energy[-1]:.6g} after {n:,} iterations" if n else ""
        return f"<Contour: {inside:,} of {self.mask.size:,} pixels inside{energy}>"


@overload
def active_contour(
    image: Any,
    init: Any = None,
    *,
    mu: float = 0.25,
    lambda1: float = 1.0,
    lambda2: float = 1.0,
    iterations: int = 200,
    tolerance: float = 1e-3,
    steps: Callable[[Contour], Any] | None = None,
) -> Contour: ...
@overload
def active_contour(
    image: Any,
    init: Any = None,
    *,
    mu: float = 0.25,
    lambda1: float = 1.0,
    lambda2: float = 1.0,
    iterations: int = 200,
    tolerance: float = 1e-3,
    steps: int,
) -> Iterator[Contour]: ...
def active_contour(
    image: Any,
    init: Any = None,
    *,
    mu: float = 0.25,
    lambda1: float = 1.0,
    lambda2: float = 1.0,
    iterations: int = 200,
    tolerance: float = 1e-3,
    steps: Callable[[Contour], Any] | int | None = None,
) -> Contour | Iterator[Contour]:
    r"""Segment by the active contour without edges of Chan and Vese, by gradient descent.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume. Of an `Image`, the spacing weighs the length of the
        contour; outside its mask nothing is looked at, and no length counted.
    init : array_like, optional
        Where to begin: a mask (nonzero inside), or, with negative values, a level set (positive
        inside). By default, where the image is brighter than Otsu's threshold: the level
        set is the distance of the gray value to it, in tenths of the standard deviation.
    mu : float
        Weight of the contour's length, in units of the finest side of a pixel; areas and the
        length are measured in it, too. An object of radius r and contrast d (of an image from 0 to
        1) remains if r is above 2 mu / d**2, of a volume above 3 mu / d**2.
    lambda1, lambda2 : float
        Weight of the variance inside and outside.
    iterations : int
        At most so many.
    tolerance : float
        Share of the energy by which ten iterations must lower it; else the last of them is the
        last. 0 goes on until no step leads down.
    steps : callable or int, optional
        To watch: a function that is called with the `Contour` after each iteration; or a number n,
        with which an iterator over every n-th `Contour` and the last is returned.

    Returns
    -------
    Contour
        Or an iterator over them, if `steps` is a number.

    Raises
    ------
    InputError
        For colour, NaN and infinite pixels, settings out of range, and an `init` of another shape
        or without pixels on both sides.

    Notes
    -----
    Gray values :math:`u` are scaled to 0 to 1 inside the mask. With :math:`h = H(\phi)`,
    :math:`H(\phi) = 1/2 + \arctan(\phi) / \pi` (so :math:`\delta(\phi) = 1 / (\pi (1 + \phi^2))`),
    the energy is the sum over pixels, times their area or volume,

    .. math:: E = \sum \mu |\nabla h| + \lambda_1 (u - c_1)^2 h + \lambda_2 (u - c_2)^2 (1 - h)

    where :math:`c_1, c_2` are the means of u weighted by h and 1 - h, and
    :math:`|\nabla h| = \sqrt{s + b^2} - b` with b = 0.1 and s, for each axis, half the sum of
    the squared differences to both neighbours, over the squared distance. No difference is taken
    across the border.

    Each iteration is a step against the gradient,
    :math:`\phi - t\,g / (1 + t\,\delta(\phi)\,w)`: g is the derivative of E by h, which has the
    sign of that by :math:`\phi`, and w the weight that length gives to the pixel's difference to
    its neighbours, which keeps long steps stable. The step t is halved until E falls by 1e-4 of
    what the gradient promises, and grows by half for the next iteration, up to 1000 over the
    larger lambda. A level set goes no farther from 0 than 1e6.

    Bright objects are found if `init` is not given. A constant image, and a mask that is empty,
    have no contour: a mask of False, a level set of -1 and an energy of 0.

    References
    ----------
    Chan and Vese, Active contours without edges, IEEE Transactions on Image Processing 10 (2001)
    266-277. Leaving out :math:`\delta` from the step: Chan, Esedoglu and Nikolova, SIAM Journal on
    Applied Mathematics 66 (2006) 1632-1648.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import active_contour
    >>> y, x = np.mgrid[:64, :64]
    >>> disc = (y - 30) ** 2 + (x - 34) ** 2 < 15**2
    >>> noisy = disc + np.random.default_rng(0).normal(0, 0.3, disc.shape)
    >>> contour = active_contour(noisy)
    >>> int((contour.mask != disc).sum()) < 10
    True
    >>> bool((np.diff(contour.energy) <= 0).all())
    True
    >>> [len(c.energy) for c in active_contour(noisy, iterations=25, steps=10)]
    [10, 20, 25]
    """
    weights = {"mu": mu, "lambda1": lambda1, "lambda2": lambda2}
    terms = Terms(**{name: _weight(name, value) for name, value in weights.items()})
    tolerance = _weight("tolerance", tolerance)
    iterations = _count("iterations", iterations)
    every = 1 if steps is None or callable(steps) else _count("steps", steps)
    given = taken(image, "active_contour")
    gray, begin = normalised(given), given_start(init, given)
    descent, layout = None, Layout(given.values.shape)
    if gray is not None:
        begin = bright_start(given, gray) if begin is None else begin
        descent = Descent(scene_of(given, gray, layout), terms, layout.flat(begin))
    moving = _Moving(given, layout, descent, iterations, tolerance)
    if steps is not None and not callable(steps):
        return _some_of(moving, every)
    for _ in moving:
        if steps is not None:
            steps(moving.now())
    return moving.now()


class _Moving:
    """A contour on its way: going through it makes the iterations and counts them."""

    def __init__(
        self,
        given: Given,
        layout: Layout,
        descent: Descent | None,
        iterations: int,
        tolerance: float,
    ) -> None:
        self._given, self._layout, self._descent = given, layout, descent
        self._limits = iterations, tolerance
        self._energies: list[float] = []

    def __iter__(self) -> Iterator[int]:
        moved = iter([0.0]) if self._descent is None else descend(self._descent, *self._limits)
        for energy in moved:
            self._energies.append(energy)
            yield len(self._energies)

    def now(self) -> Contour:
        """Where the contour is; a copy."""
        shape, inside = self._given.values.shape, self._given.inside
        level_set = np.full(shape, -1, np.float32)
        if self._descent is not None:
            phi = self._layout.inner(self._descent.phi)
            level_set = phi.copy() if inside is None else np.where(inside, phi, level_set)
        return Contour(level_set > 0, level_set, np.array(self._energies))


def _some_of(moving: _Moving, every: int) -> Iterator[Contour]:
    number = 0
    for number in moving:
        if number % every == 0:
            yield moving.now()
    if number % every:
        yield moving.now()


def _weight(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < np.inf:
        raise InputError(f"{name}={value!r} must be a finite number, at least 0")
    return number


def _count(name: str, value: Any) -> int:
    try:
        number = index(value)
    except TypeError:
        number = 0
    if number < 1:
        other = ", or a function" if name == "steps" else ""
        raise InputError(f"{name}={value!r} must be a whole number, at least 1{other}")
    return number


def _mask(
    image: Any,
    init: Any = None,
    *,
    mu: float = 0.25,
    lambda1: float = 1.0,
    lambda2: float = 1.0,
    iterations: int = 200,
    tolerance: float = 1e-3,
) -> np.ndarray:
    contour = active_contour(
        image,
        init,
        mu=mu,
        lambda1=lambda1,
        lambda2=lambda2,
        iterations=iterations,
        tolerance=tolerance,
    )
    return contour.mask


SEGMENTER = Segmenter(
    _mask,
    "the bright side of a contour that is short and divides by gray value",
    trial=lambda _: {"iterations": 40},
)
