"""The setting `resampling`: images and masks on a new grid before anything is measured."""

import numpy as np
import pytest
import SimpleITK

from imgpipe import InputError
from imgpipe.features import catalogue, extract, extract_many, resample, resample_mask
from imgpipe.images import Image, Images

FAMILIES = ["intensity", "glcm", "morphology"]


@pytest.fixture
def volume(rng: np.random.Generator) -> np.ndarray:
    return np.asarray(rng.integers(-50, 200, (8, 12, 12)))


@pytest.fixture
def ball() -> np.ndarray:
    z, y, x = np.ogrid[:8, :12, :12]
    return ((z - 3.5) / 3) ** 2 + ((y - 5.5) / 4) ** 2 + ((x - 5.5) / 4) ** 2 <= 1


@pytest.mark.parametrize(
    "how",
    [
        {"spacing": 1.0},
        {"spacing": (None, 0.7, 0.7), "rounding": True},
        {"spacing": (1, 2, 2), "interpolation": "cubic", "mask_interpolation": "nearest"},
        {"spacing": 1.5, "mask_threshold": 0.3},
    ],
)
def test_it_is_what_stands_in_the_steps(volume: np.ndarray, ball: np.ndarray, how: dict) -> None:  # type: ignore[type-arg]
    """Same numbers, to the last bit, as resampling by hand and extracting then."""
    old = (2.0, 1.0, 1.0)
    asked = how["spacing"] if isinstance(how["spacing"], tuple) else (how["spacing"],) * 3
    new = tuple(o if n is None else n for n, o in zip(asked, old, strict=True))
    found = extract(volume, ball, spacing=old, resampling=how, families=FAMILIES)
    pixels = resample(volume, old, new, interpolation=how.get("interpolation", "linear"),
                      rounding=how.get("rounding", False))  # fmt: skip
    mask = resample_mask(ball, old, new, interpolation=how.get("mask_interpolation", "linear"),
                         threshold=how.get("mask_threshold", 0.5))  # fmt: skip
    assert found == extract(pixels, mask, spacing=new, families=FAMILIES)
    assert list(found) == [f.name for f in catalogue(FAMILIES, spacing=old, resampling=how)]


def test_simple_itk_agrees(volume: np.ndarray, ball: np.ndarray) -> None:
    """Intensities and mask are those of ITK's filter on the same grid, by its own interpolation."""
    old, new = (2.0, 1.0, 1.0), (1.2, 0.8, 0.8)
    sides = [int(np.ceil(n * o / w)) for n, o, w in zip(volume.shape, old, new, strict=True)]

    def itk(pixels: np.ndarray) -> np.ndarray:
        image = SimpleITK.GetImageFromArray(pixels.astype(np.float64))
        image.SetSpacing(old[::-1])
        first = [
            ((n - 1) * o - (m - 1) * w) / 2
            for n, m, o, w in zip(volume.shape, sides, old, new, strict=True)
        ]
        step = SimpleITK.ResampleImageFilter()
        step.SetSize(sides[::-1])
        step.SetOutputSpacing(new[::-1])
        step.SetOutputOrigin(first[::-1])
        step.SetInterpolator(SimpleITK.sitkLinear)
        step.SetUseNearestNeighborExtrapolator(True)
        return np.asarray(SimpleITK.GetArrayFromImage(step.Execute(image)))

    found = extract(volume, ball, spacing=old, resampling=new, families="intensity")
    inside = itk(volume)[itk(ball) >= 0.5 - 1e-9]
    assert found["intensity_mean"] == pytest.approx(inside.mean(), rel=1e-12)
    assert found["intensity_energy"] == pytest.approx((inside**2).sum(), rel=1e-12)
    assert found["intensity_minimum"] == pytest.approx(inside.min(), rel=1e-9)


def test_it_comes_before_re_segmentation_and_labels(volume: np.ndarray) -> None:
    """The label is chosen before labels could be mixed, the range looks at new intensities."""
    labels = np.zeros(volume.shape, int)
    labels[2:6, 2:6, 2:9] = 2
    labels[2:6, 6:10, 2:9] = 1
    settings = {"spacing": (2, 1, 1), "families": "intensity", "range": (0.0, 150.0)}
    found = extract(volume, labels, label=2, resampling=1.3, **settings)
    pixels = resample(volume, (2, 1, 1), 1.3)
    inside = pixels[resample_mask(labels == 2, (2, 1, 1), 1.3)]
    kept = inside[(inside >= 0) & (inside <= 150)]
    assert found["intensity_mean"] == pytest.approx(kept.mean(), rel=1e-12)
    with pytest.raises(InputError, match="label 3 is not in mask"):
        extract(volume, labels, label=3, resampling=1.3, **settings)
    with pytest.raises(InputError, match="label=3 chooses a part of a mask"):
        extract(volume, label=3, resampling=1.3, **settings)


def test_hounsfield_units_are_rounded(volume: np.ndarray) -> None:
    """Unless told otherwise, where the unit is HU; alone, in a list and in a stack."""
    settings = {"resampling": 0.9, "families": "intensity"}
    plain = extract(Image(volume, spacing=(2, 1, 1)), **settings)
    rounded = extract(Image(volume, spacing=(2, 1, 1), unit="HU"), **settings)
    by_hand = np.round(resample(volume, (2, 1, 1), 0.9))
    assert plain["intensity_maximum"] != rounded["intensity_maximum"] == by_hand.max()
    off = {"resampling": {"spacing": 0.9, "rounding": False}, "families": "intensity"}
    assert extract(Image(volume, spacing=(2, 1, 1), unit="HU"), **off) == plain
    mixed = [Image(volume, spacing=(2, 1, 1), unit=unit) for unit in ("HU", None)]
    values, names = extract_many(Images(mixed), **settings)
    assert [dict(zip(names, row.tolist(), strict=True)) for row in values] == [rounded, plain]


def test_colours_and_turned_axes(rng: np.random.Generator) -> None:
    """Each channel by itself, wherever their axis is."""
    image = rng.random((9, 7, 3))
    settings = {"spacing": (1, 2), "resampling": 0.8, "families": ["intensity", "glcm"]}
    found = extract(image, channel_axis=-1, **settings)
    pixels = np.stack([resample(image[..., k], (1, 2), 0.8) for k in range(3)])
    own = {"spacing": (0.8, 0.8), "families": ["intensity", "glcm"]}
    assert found == extract(pixels, channel_axis=0, **own)
    assert found == extract(np.moveaxis(image, -1, 0), channel_axis=0, **settings)


def test_what_is_not_finite_outside_the_mask(volume: np.ndarray, ball: np.ndarray) -> None:
    """Padding spreads into nothing: the numbers are those of padding by the nearest pixels."""
    padded = volume.astype(float)
    padded[~ball] = np.nan
    settings = {"spacing": (2, 1, 1), "resampling": 1.1, "families": "intensity"}
    found = extract(padded, ball, **settings)
    assert np.isfinite(found["intensity_mean"])
    low, high = volume[ball].min(), volume[ball].max()
    assert low <= found["intensity_minimum"] <= found["intensity_maximum"] <= high
    padded[4, 6, 6] = np.inf
    with pytest.raises(InputError, match="the image: resampling: 1 pixels inside the mask"):
        extract(padded, ball, **settings)
    with pytest.raises(InputError, match="NaN or infinite pixels, which interpolation would"):
        extract(padded, **settings)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"resampling": 1}, "needs the size of the pixels of the image.*give spacing"),
        ({"resampling": (1, 1), "spacing": (1, 1, 1)}, "resampling has 2 sizes.* 3 axes"),
        ({"resampling": 0}, "resampling: spacing must be positive lengths"),
        ({"resampling": "1mm"}, "resampling: spacing must be a finite number, not '1mm'"),
        ({"resampling": [None, None]}, "must be a length in mm, or one for each axis"),
        ({"resampling": {"spacings": 1}}, "no part 'spacings'; .*did you mean spacing"),
        ({"resampling": {"interpolation": "linear"}}, "resampling needs spacing"),
        ({"resampling": {"spacing": 1, "interpolation": "cubik"}}, "did you mean cubic"),
        ({"resampling": {"spacing": 1, "rounding": "yes"}}, "rounding must be true, false or"),
        ({"resampling": {"spacing": 1, "mask_threshold": 0}}, "must be a share above 0"),
        ({"resampling": 90, "spacing": (1, 1, 1)}, "resampling to 90 x 90 x 90 mm leaves nothing "),
        ({"resampling": 1e-8, "spacing": (1, 1, 1)}, "from 1 x 1 x 1 to 1e-08 x .* choose larger"),
    ],
)
def test_what_cannot_be_resampled(
    settings: dict[str, object], found: str, volume: np.ndarray, ball: np.ndarray
) -> None:
    """One error that names the part and what would do."""
    mask = ball if "leaves" not in found else np.pad(np.ones((1, 1, 1)), ((0, 7), (0, 11), (0, 11)))
    with pytest.raises(InputError, match=found):
        extract(volume, mask, families="intensity", **settings)
