"""The active contour: its energy and its steps against the formula, and what it promises."""

import math
from itertools import product

import numpy as np
import pytest

from imgpipe import kernels
from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.segment import Contour, active_contour
from imgpipe.segment.contour.descent import Descent, Terms
from imgpipe.segment.contour.loops import BLOCK
from imgpipe.segment.contour.start import Layout, normalised, scene_of
from imgpipe.segment.method.given import taken

BEND = 0.1


def heaviside(phi: np.ndarray) -> np.ndarray:
    """1/2 + arctan(phi) / pi."""
    return 0.5 + np.arctan(phi) / math.pi


def neighbours(values: np.ndarray, axis: int) -> list[np.ndarray]:
    """Values of both neighbours along an axis; at a border, one's own."""
    n = values.shape[axis]
    places = np.arange(n)
    return [values.take(np.clip(places + by, 0, n - 1), axis) for by in (-1, 1)]


def beside(place: tuple[int, ...], axis: int, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Places of the neighbours of a pixel along an axis."""
    moved = [(*place[:axis], place[axis] + by, *place[axis + 1 :]) for by in (-1, 1)]
    return [other for other in moved if 0 <= other[axis] < shape[axis]]


def gradient_squared(h: np.ndarray, inside: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Mean of the squared differences to both sides, of each axis."""
    total = np.zeros(h.shape)
    for axis, side in enumerate(sides):
        for other, there in zip(neighbours(h, axis), neighbours(inside, axis), strict=True):
            total += there * ((h - other) / side) ** 2 / 2
    return total


def energy_of(
    phi: np.ndarray,
    image: np.ndarray,
    mu: float,
    weights: tuple[float, float] = (1, 1),
    inside: np.ndarray | None = None,
    spacing: tuple[float, ...] | None = None,
    means: tuple[float, float] | None = None,
) -> float:
    """The energy as the docstring has it, in double precision."""
    inside = np.ones(image.shape, bool) if inside is None else inside
    looked_at = image[inside].astype(float)
    u = (image - looked_at.min()) / (looked_at.max() - looked_at.min())
    sides = np.ones(image.ndim) if spacing is None else np.array(spacing) / min(spacing)
    h = heaviside(phi.astype(float))
    length = np.sqrt(gradient_squared(h, inside, sides) + BEND**2) - BEND
    c1, c2 = means or ((u * part)[inside].sum() / part[inside].sum() for part in (h, 1 - h))
    terms = mu * length + weights[0] * (u - c1) ** 2 * h + weights[1] * (u - c2) ** 2 * (1 - h)
    return float(terms[inside].sum() * sides.prod())


def noisy(shape: tuple[int, ...], seed: int = 0, noise: float = 0.2) -> tuple[np.ndarray, ...]:
    """A disc or ball off the middle with noise, and where it is."""
    places = np.ogrid[tuple(slice(n) for n in shape)]
    middle = [0.45, 0.55, 0.5][-len(shape) :]
    far = sum((p - m * n) ** 2 for p, m, n in zip(places, middle, shape, strict=True))
    truth = np.sqrt(far) < 0.3 * min(shape)
    return truth + np.random.default_rng(seed).normal(0, noise, shape), truth


SHAPES = [(40, 33), (9, 20, 17), (1, 30), (30, 1), (2, 2), (1, BLOCK + 1)]
SPACINGS = {2: (0.5, 1.25), 3: (2.5, 1.0, 0.7)}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_energy_is_that_of_the_formula(shape: tuple[int, ...], spaced: bool, masked: bool) -> None:
    """The energy of each contour is that of its level set, for any axes, spacing and mask."""
    rng = np.random.default_rng(3)
    image, _ = noisy(shape)
    spacing = SPACINGS[len(shape)] if spaced else None
    inside = rng.random(shape) < 0.8
    inside.flat[:3] = True
    given = Image(image, mask=inside if masked else None, spacing=spacing)
    start = rng.normal(0, 2, shape)
    start.flat[:2] = 1, -1
    settings = {"mu": 0.07, "lambda1": 1.5, "lambda2": 0.75}
    for contour in active_contour(given, start, iterations=5, steps=1, **settings):
        expected = energy_of(
            contour.level_set, image, 0.07, (1.5, 0.75), inside if masked else None, spacing
        )
        assert contour.energy[-1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(5, 7), (3, 4, 5)])
@pytest.mark.parametrize("masked", [False, True])
def test_steps_follow_the_gradient(shape: tuple[int, ...], masked: bool) -> None:
    """A step is the energy's gradient by finite differences, damped as the docstring says."""
    rng = np.random.default_rng(5)
    image, phi = rng.random(shape), rng.normal(0, 2, shape).astype(np.float32).astype(float)
    inside = rng.random(shape) < 0.8 if masked else np.ones(shape, bool)
    spacing, mu, step = SPACINGS[len(shape)], 0.3, 0.7
    given = taken(Image(image, mask=inside, spacing=spacing), "test")
    gray = normalised(given)
    layout = Layout(shape)
    scene = scene_of(given, gray, layout)
    descent = Descent(scene, Terms(mu, 1.2, 0.9), layout.flat(phi))
    descent.step = 1.2 * step  # of an energy divided by the larger lambda
    descent.advance()
    assert descent.step == pytest.approx(1.5 * 1.2 * step)  # it went the whole way
    moved = layout.inner(descent.phi) - phi

    def energy(level_set: np.ndarray) -> float:
        return energy_of(level_set, image, mu, (1.2, 0.9), inside, spacing)

    sides = np.array(spacing) / min(spacing)
    steepness = 1 / np.sqrt(gradient_squared(heaviside(phi), inside, sides) + BEND**2)
    for place in product(*map(range, shape)):
        if not inside[place]:
            assert moved[place] == 0
            continue
        little = np.zeros(shape)
        little[place] = 1e-4
        delta = 1 / (math.pi * (1 + phi[place] ** 2))
        slope = (energy(phi + little) - energy(phi - little)) / 2e-4
        g = slope / delta / sides.prod()
        w = sum(
            mu / (2 * side**2) * (steepness[place] + steepness[other])
            for axis, side in enumerate(sides)
            for other in beside(place, axis, shape)
            if inside[other]
        )
        assert moved[place] == pytest.approx(-step * g / (1 + step * delta * w), rel=1e-3, abs=1e-5)


@pytest.mark.jit
@pytest.mark.parametrize("shape", [(40, 33), (9, 20, 17)])
@pytest.mark.parametrize("mu", [0, 0.02, 0.25, 3])
def test_energy_never_rises(shape: tuple[int, ...], mu: float) -> None:
    """From any start, with any weights, the energy falls or stands still."""
    rng = np.random.default_rng(7)
    image, truth = noisy(shape, noise=0.5)
    for init in (None, rng.random(shape) < 0.5, rng.normal(0, 9, shape), ~truth):
        contour = active_contour(image, init, mu=mu, lambda2=0.5, iterations=40, tolerance=0)
        assert 1 <= len(contour.energy) <= 40
        assert (np.diff(contour.energy) <= 0).all()
        assert contour.energy[-1] >= 0


@pytest.mark.parametrize(
    "weights", [(1e-200, 1, 1), (1e200, 1, 1), (1, 1e200, 1e199), (1e-3, 1e-2, 0), (0, 0, 0)]
)
@pytest.mark.parametrize("far", [1e-30, 1, 1e300])
def test_numbers_of_any_size_stay_numbers(weights: tuple[float, ...], far: float) -> None:
    """Weights and level sets beyond single precision give finite numbers."""
    image, truth = noisy((14, 12))
    mu, lambda1, lambda2 = weights
    init = np.where(truth, far, -far)
    contour = active_contour(
        image, init, mu=mu, lambda1=lambda1, lambda2=lambda2, iterations=9, tolerance=0
    )
    assert np.isfinite(contour.level_set).all()
    assert np.isfinite(contour.energy).all()
    assert (np.diff(contour.energy) <= 0).all()


@pytest.mark.jit
@pytest.mark.parametrize("shape", [(64, 70), (24, 30, 28)])
def test_a_noisy_object_is_found(shape: tuple[int, ...]) -> None:
    """A disc and a ball are found in noise, from the default start and from a box beside them."""
    image, truth = noisy(shape, noise=0.3)
    box = np.zeros(shape, bool)
    box[tuple(slice(n // 5, n // 2) for n in shape)] = True
    for init, iterations in ((None, 200), (box, 1000)):
        contour = active_contour(image, init, mu=0.05, iterations=iterations)
        found = contour.mask if contour.mask[truth].mean() > 0.5 else ~contour.mask
        assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.98


def test_what_is_returned() -> None:
    """A mask where the level set is positive, of the image's shape; the image is as it was."""
    image, _ = noisy((20, 30))
    before = image.copy()
    contour = active_contour(image)
    assert isinstance(contour, Contour)
    assert contour.mask.dtype == bool
    assert contour.level_set.dtype == np.float32
    assert contour.mask.shape == contour.level_set.shape == image.shape
    assert np.array_equal(contour.mask, contour.level_set > 0)
    assert np.array_equal(image, before)
    assert repr(contour).startswith(f"<Contour: {contour.mask.sum()} of 600 pixels inside, energy ")


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirrored_images_have_mirrored_contours(axis: int) -> None:
    """A mirror changes the level set by less than rounding does."""
    image, _ = noisy((12, 21, 18))
    one = active_contour(image, iterations=8).level_set
    other = active_contour(np.flip(image, axis), iterations=8).level_set
    np.testing.assert_allclose(np.flip(other, axis), one, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", ["u1", "i2", ">u2", "i8", "f4", ">f8", "?"])
def test_scale_and_dtype_do_not_matter(dtype: str) -> None:
    """The gray scale is taken from the image: other units, and other dtypes, change nothing."""
    image, _ = noisy((30, 40))
    levels = np.clip(np.rint(image * 60 + 80), 0, 255)
    if dtype == "?":
        levels = levels > 110
    expected = active_contour(levels.astype(float), iterations=12).mask
    given = levels.astype(dtype)
    assert np.array_equal(active_contour(given, iterations=12).mask, expected)
    assert np.array_equal(active_contour(np.asfortranarray(given), iterations=12).mask, expected)
    if dtype != "?":
        assert (
            active_contour(levels * 1e300 - 7e301, iterations=12).mask != expected
        ).mean() < 1e-2


def test_spacing_is_relative() -> None:
    """An image in other units has the same contour; anisotropy changes it."""
    image, _ = noisy((30, 40), noise=0.5)
    plain = active_contour(image, iterations=9).level_set
    assert np.array_equal(
        active_contour(Image(image, spacing=(0.7, 0.7)), iterations=9).level_set, plain
    )
    wide = active_contour(Image(image, spacing=(0.7, 2.8)), iterations=9).level_set
    assert np.array_equal(
        active_contour(Image(image, spacing=(1.0, 4.0)), iterations=9).level_set, wide
    )
    assert not np.array_equal(wide > 0, plain > 0)


def test_nothing_outside_a_mask_matters() -> None:
    """What is outside the mask is never found, and changes nothing of what is inside."""
    image, _ = noisy((30, 40))
    inside = np.zeros(image.shape, bool)
    inside[4:25, 10:33] = True
    contour = active_contour(Image(image, mask=inside))
    assert not contour.mask[~inside].any()
    assert (contour.level_set[~inside] == -1).all()
    other = np.where(inside, image, 99)
    assert np.array_equal(active_contour(Image(other, mask=inside)).level_set, contour.level_set)
    cut = active_contour(image[4:25, 10:33])
    np.testing.assert_allclose(contour.level_set[4:25, 10:33], cut.level_set, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("init", [None, np.eye(4, dtype=bool)])
def test_constant_images_have_no_contour(init: np.ndarray | None) -> None:
    """A constant image, one pixel and an empty mask: nothing found, and an energy of 0."""
    empty = Image(np.arange(16.0).reshape(4, 4), mask=np.zeros((4, 4), bool))
    for image in (np.full((4, 4), 7), np.full((4, 4), 1e308), empty):
        contour = active_contour(image, init)
        assert not contour.mask.any()
        assert (contour.level_set == -1).all()
        assert contour.energy.tolist() == [0]
    assert active_contour([[3]]).energy.tolist() == [0]


@pytest.mark.jit
def test_threads_change_nothing() -> None:
    """With two threads the bytes are those with one."""
    image, _ = noisy((400, 300))
    found = []
    for n in (1, 2):
        with kernels.threads(n):
            found.append(active_contour(image, iterations=12))
    assert np.array_equal(found[0].level_set, found[1].level_set)
    assert np.array_equal(found[0].energy, found[1].energy)


def test_steps_show_the_way() -> None:
    """A function is called after each iteration; a number gives every n-th contour and the last."""
    image, _ = noisy((30, 40))
    seen: list[Contour] = []
    last = active_contour(image, iterations=7, steps=seen.append)
    assert [len(c.energy) for c in seen] == [1, 2, 3, 4, 5, 6, 7]
    some = list(active_contour(image, iterations=7, steps=3))
    assert [len(c.energy) for c in some] == [3, 6, 7]
    for contour in (*some, last):
        assert np.array_equal(contour.level_set, seen[len(contour.energy) - 1].level_set)
    assert not np.array_equal(seen[0].level_set, seen[1].level_set)
    assert [len(c.energy) for c in active_contour(image, iterations=6, steps=3)] == [3, 6]
    assert len(list(active_contour(np.ones((4, 4)), steps=5))) == 1


@pytest.mark.jit
def test_tolerance_ends_it() -> None:
    """It ends when ten iterations bring less than the tolerance, and not before."""
    image, _ = noisy((64, 70))
    energy = active_contour(image, tolerance=1e-2).energy
    assert 10 < len(energy) < 200
    assert energy[-11] - energy[-1] <= 1e-2 * energy[-1]
    assert (energy[:-11] - energy[10:-1] > 1e-2 * energy[10:-1]).all()
    assert len(active_contour(image, tolerance=1e-4).energy) > len(energy)


def test_inits_are_masks_or_level_sets() -> None:
    """What is negative somewhere is a level set, all else a mask, of any dtype."""
    image, truth = noisy((30, 40))
    one = active_contour(image, truth, iterations=3).level_set
    for init in (7 * truth.astype(np.uint8), truth.astype(float), np.where(truth, 3, -3)):
        assert np.array_equal(active_contour(image, init, iterations=3).level_set, one)
    signed = np.where(truth, 2, -1)
    floats = active_contour(image, signed.astype(float), iterations=3).level_set
    assert np.array_equal(active_contour(image, signed, iterations=3).level_set, floats)
    assert not np.array_equal(floats, one)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mu": -1}, r"mu=-1 must be a finite number"),
        ({"lambda1": math.nan}, r"lambda1=nan must be"),
        ({"lambda2": "much"}, r"lambda2='much' must be"),
        ({"tolerance": math.inf}, r"tolerance=inf must be"),
        ({"iterations": 0}, r"iterations=0 must be a whole number, at least 1$"),
        ({"iterations": 2.5}, r"iterations=2.5 must be"),
        ({"steps": 0}, r"steps=0 must be a whole number, at least 1, or a function"),
        ({"steps": "all"}, r"steps='all' must be"),
        ({"init": np.ones((3, 4), bool)}, r"init has shape \(3, 4\), but the image has \(4, 4\)"),
        ({"init": np.ones((4, 4), bool)}, r"init has nothing outside"),
        ({"init": np.zeros((4, 4), int)}, r"init has nothing inside"),
        ({"init": 1 - 2.0 * np.ones((4, 4))}, r"init has nothing inside; .* a level set"),
        ({"init": np.full((4, 4), np.nan)}, r"init holds NaN"),
    ],
)
def test_bad_settings_are_refused(settings: dict, said: str) -> None:
    """Each setting out of range is named, at once also where steps are watched."""
    with pytest.raises(InputError, match=said):
        active_contour(np.arange(16).reshape(4, 4), **({"steps": 2} | settings))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_images_that_are_not_finite_are_refused(bad: float) -> None:
    """NaN and infinite pixels are counted in the message."""
    with pytest.raises(InputError, match="active_contour: 1 of 4 pixels"):
        active_contour([[0.0, bad], [1, 2]])
