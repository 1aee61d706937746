"""Pixel classification: what it learns, that blocks change nothing, and what it refuses."""

import sys

import numpy as np
import pytest
from scipy import ndimage as ndi

from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.segment import PixelClassifier
from imgpipe.segment.pixels.eigenvalues import eigenvalues
from imgpipe.segment.pixels.filters import measured
from imgpipe.segment.pixels.growing import taken_over
from imgpipe.segment.pixels.settings import FILTERS, settings_of

Arrays = tuple[np.ndarray, np.ndarray]


def discs(seed: int, shape: tuple[int, ...] = (70, 90)) -> Arrays:
    """Noisy balls of two brightnesses, and their classes: 1 around, 2 dark, 7 bright."""
    rng = np.random.default_rng(seed)
    grid = np.indices(shape)
    classes = np.ones(shape, int)
    for k in range(6):
        middle = rng.uniform(0, shape).reshape(-1, *[1] * len(shape))
        classes[((grid - middle) ** 2).sum(axis=0) < (min(shape) / 6) ** 2] = (2, 7)[k % 2]
    values = np.choose(np.searchsorted([1, 2, 7], classes), [50, 110, 170])
    return (values + rng.normal(0, 15, shape)).clip(0, 255).astype(np.uint8), classes


def some(classes: np.ndarray, seed: int, share: float = 0.1) -> np.ndarray:
    """A few labelled pixels."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(classes.shape) < share, classes, 0)


@pytest.fixture(scope="module")
def fitted() -> PixelClassifier:
    image, classes = discs(0)
    return PixelClassifier(n_estimators=12).fit(image, some(classes, 1))


def places(pixels: np.ndarray, scales: tuple[float, ...], **settings: object) -> dict:
    """The features of an image by name."""
    told = settings_of(FILTERS, scales, settings.get("unit", "px"))
    whole = tuple(slice(0, n) for n in pixels.shape)
    values = measured(pixels[None].astype(np.float32), told, settings.get("spacing"), whole)
    names = told.names(pixels.ndim, 1)
    return {name: v.reshape(pixels.shape) for name, v in zip(names, values, strict=True)}


@pytest.mark.parametrize("shape", [(40, 37), (14, 16, 18)])
def test_features_are_scipys(shape: tuple[int, ...]):
    """Each filter is what SciPy's Gaussian and differences of it give, in float64."""
    pixels = np.random.default_rng(3).normal(100, 30, shape)
    pixels = pixels.astype(np.float32)
    found = places(pixels, (1.0, 2.0))
    fine = ndi.gaussian_filter(pixels.astype(float), 1.0)
    smooth = ndi.gaussian_filter(pixels.astype(float), 2.0)
    padded = np.pad(smooth, 1, mode="symmetric")
    inner = tuple(slice(1, -1) for _ in shape)
    slopes = [np.gradient(padded, axis=k)[inner] for k in range(len(shape))]
    middle = np.zeros((3,) * len(shape))
    middle[(1,) * len(shape)] = 1
    matrices = np.empty((2, *shape, len(shape), len(shape)))
    for i in range(len(shape)):
        for j in range(len(shape)):
            product = slopes[i] * slopes[j]
            matrices[0, ..., i, j] = ndi.gaussian_filter(product, 2.0)
            bend = (
                ndi.correlate1d(smooth, [1, -2, 1], axis=i, mode="reflect")
                if i == j
                else np.gradient(np.gradient(padded, axis=i), axis=j)[inner]
            )
            matrices[1, ..., i, j] = bend
    eigen = np.linalg.eigvalsh(matrices)[..., ::-1]
    expected = {
        "intensity": pixels,
        "gaussian_2px": smooth,
        "gradient_2px": np.sqrt(sum(slope**2 for slope in slopes)),
        "laplacian_2px": matrices[1].trace(axis1=-2, axis2=-1),
        "difference_2px": fine - smooth,
        "difference_1px": pixels - fine,
    }
    for k in range(len(shape)):
        expected[f"structure{k + 1}_2px"] = eigen[0, ..., k]
        expected[f"hessian{k + 1}_2px"] = eigen[1, ..., k]
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, atol=2e-3, err_msg=name)


def test_eigenvalues_in_space_are_lapacks():
    """Jacobi's method gives the eigenvalues of LAPACK, also of diagonal and equal ones."""
    rng = np.random.default_rng(0)
    full = rng.normal(size=(500, 3, 3)) * 10.0 ** rng.integers(-8, 8, (500, 1, 1))
    full = (full + full.transpose(0, 2, 1)).astype(np.float32)
    full[:5] = np.diag([3, 1, 2])
    full[5:8] = 0
    full[8:10] = np.ones((3, 3))
    found = np.empty((3, 500), np.float32)
    eigenvalues([full[:, i, j] for i in range(3) for j in range(i, 3)], found)
    expected = np.linalg.eigvalsh(full.astype(float))[:, ::-1].T
    scale = np.abs(expected).max(axis=0) + 1e-30
    assert np.abs((found - expected) / scale).max() < 1e-6


def test_a_scale_in_mm_is_a_width_in_the_patient():
    """With pixels twice as long along y, half as many are smoothed, and slopes are in mm."""
    pixels = np.random.default_rng(0).normal(size=(30, 40)).astype(np.float32)
    found = places(pixels, (2.0,), unit="mm", spacing=(2.0, 1.0))
    smooth = ndi.gaussian_filter(pixels.astype(float), (1.0, 2.0))
    padded = np.pad(smooth, 1, mode="symmetric")
    along = [np.gradient(padded, side, axis=k)[1:-1, 1:-1] for k, side in enumerate((2.0, 1.0))]
    np.testing.assert_allclose(found["gaussian_2mm"], smooth, atol=1e-5)
    np.testing.assert_allclose(found["gradient_2mm"], np.hypot(*along), atol=1e-5)


def test_a_forest_says_what_scikit_learns_says():
    """Labels and probabilities are those of scikit-learn's walk, to the last bit."""
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(5)
    X = rng.normal(size=(3000, 7)).astype(np.float32).round(1)
    y = (X[:, 0] + rng.normal(size=3000) > 0) + 1 * (X[:, 1] > 1)
    for settings in ({}, {"max_depth": 3}, {"min_samples_leaf": 7, "class_weight": "balanced"}):
        model = RandomForestClassifier(23, random_state=0, **settings).fit(X[:900], y[:900])
        forest = taken_over(model)
        codes, shares = np.empty(3000, np.int32), np.empty((3000, 3), np.float32)
        forest.walk(np.ascontiguousarray(X.T), codes, shares)
        np.testing.assert_array_equal(codes, model.predict(X))
        np.testing.assert_array_equal(shares, model.predict_proba(X).astype(np.float32))


def test_discs_are_found(fitted: PixelClassifier):
    """Other images of the kind are labelled right but for their edges."""
    image, classes = discs(7)
    labels = fitted.predict(image)
    assert labels.dtype == np.int32
    assert labels.shape == image.shape
    assert fitted.classes_.tolist() == [1, 2, 7]
    assert (labels == classes).mean() > 0.95


def test_probabilities_go_with_labels(fitted: PixelClassifier):
    """They are float32, sum to 1, and the largest is the label's."""
    image, _ = discs(8)
    shares = fitted.predict_proba(image)
    assert shares.shape == (*image.shape, 3)
    assert shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-6)
    np.testing.assert_array_equal(fitted.classes_[shares.argmax(axis=-1)], fitted.predict(image))


class Slices:
    """What zarr and HDF5 give: parts of an array, no more than a block at a time."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.largest = values, 0
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, place: tuple[slice, ...]) -> np.ndarray:
        part = self.values[place]
        self.largest = max(self.largest, part.size)
        return part.copy()

    def __setitem__(self, place: tuple[slice, ...], values: np.ndarray) -> None:
        self.values[place] = values


@pytest.mark.parametrize("block", [1000, 33, (7, 50), (70, 1), 1])
def test_blocks_change_no_bit(fitted: PixelClassifier, block: object):
    """Probabilities and labels by blocks are those of the image in one piece, byte for byte."""
    image, _ = discs(9)
    image = image[:20, :30] if block == 1 else image
    shares = fitted.predict_proba(image, block=block)
    np.testing.assert_array_equal(shares, fitted.predict_proba(image))
    np.testing.assert_array_equal(fitted.predict(image, block=block), fitted.predict(image))


def test_blocks_of_volumes_and_colours_change_no_bit():
    """So it is along three axes, with pixels in mm and with channels in front."""
    image, classes = discs(2, (18, 21, 26))
    values = np.stack([image, 255 - image // 2]).astype(np.float64) + 0.1
    how = {"unit": "mm", "spacing": (2.0, 1.0, 0.5), "channel_axis": 0}
    model = PixelClassifier(1, n_estimators=5, **how).fit(values, some(classes, 3))
    assert len(model.feature_names_) == 2 * (1 + 10)
    whole = model.predict_proba(values)
    np.testing.assert_array_equal(whole, model.predict_proba(values, block=(5, 9, 7)))
    given = Image(values, channel_axis=0, spacing=(2.0, 1.0, 0.5))
    other = PixelClassifier(1, unit="mm", n_estimators=5).fit(given, some(classes, 3))
    np.testing.assert_array_equal(whole, other.predict_proba(given))


def test_an_image_larger_than_memory_is_read_by_blocks(fitted: PixelClassifier, tmp_path):
    """What takes slices is asked for a block and its halo; a memory map is filled."""
    image, _ = discs(4, (150, 140))
    source = Slices(image)
    out = np.memmap(tmp_path / "labels", np.uint8, "w+", shape=image.shape)
    assert fitted.predict(source, block=16, out=out) is out
    np.testing.assert_array_equal(out, fitted.predict(image))
    assert source.largest == (16 + 2 * 33) ** 2
    filled = Slices(np.zeros((*image.shape, 3)))
    fitted.predict_proba(image, block=40, out=filled)
    np.testing.assert_array_equal(filled.values, fitted.predict_proba(image))


def test_scribbles_on_several_images_are_learnt_together():
    """A class that stands on the second image only is learnt from it, wherever blocks end."""
    one, classes = discs(0)
    other, more = discs(1)
    first = np.where(some(classes, 2) == 7, 0, some(classes, 2))
    model = PixelClassifier((1, 2), n_estimators=7).fit([one, other], [first, some(more, 3)])
    assert model.classes_.tolist() == [1, 2, 7]
    big = np.pad(one, ((0, 1000), (0, 0)), mode="wrap"), np.pad(first, ((0, 1000), (0, 0)))
    again = PixelClassifier((1, 2), n_estimators=7).fit([big[0], other], [big[1], some(more, 3)])
    assert again.classes_.tolist() == [1, 2, 7]


def test_it_is_an_estimator(fitted: PixelClassifier):
    """clone, set_params and the same random state give the same forest, in any number of jobs."""
    from sklearn.base import clone, is_classifier

    image, classes = discs(0)
    again = clone(fitted).set_params(n_jobs=2)
    assert not hasattr(again, "forest_")
    assert repr(again) == "PixelClassifier(n_estimators=12, n_jobs=2)"
    again.fit(image, some(classes, 1))
    np.testing.assert_array_equal(again.predict_proba(image), fitted.predict_proba(image))
    assert is_classifier(again)
    other = clone(fitted).set_params(random_state=1).fit(image, some(classes, 1))
    assert not np.array_equal(other.predict_proba(image), fitted.predict_proba(image))


def test_the_mask_of_an_image_limits_where_is_looked(fitted: PixelClassifier):
    """Outside there is label 0 and no probability; inside all is as without."""
    image, classes = discs(0)
    mask = np.zeros(image.shape, bool)
    mask[10:40, 5:60] = True
    given = Image(image, mask=mask)
    labels = fitted.predict(given)
    assert not labels[~mask].any()
    np.testing.assert_array_equal(labels[mask], fitted.predict(image)[mask])
    assert not fitted.predict_proba(given)[~mask].any()
    with pytest.raises(InputError, match="outside the image's mask"):
        PixelClassifier().fit(given, some(classes, 1))


_IMAGE, _CLASSES = discs(0, (30, 30))
_SOME = some(_CLASSES, 1)


@pytest.mark.parametrize(
    ("settings", "image", "scribbles", "told"),
    [
        ({}, _IMAGE, (_SOME == 1) * 4, "pixels of class 4 alone"),
        ({}, _IMAGE, _SOME * 0, "label no pixel"),
        ({}, _IMAGE, _SOME[1:], r"shape \(29, 30\), but the image has \(30, 30\)"),
        ({}, _IMAGE, -_SOME, "scribbles hold -7"),
        ({}, _IMAGE, _SOME * 1.0, "dtype float64"),
        ({}, _IMAGE, _SOME.astype(np.int64) * 2**31, "scribbles hold"),
        ({}, [_IMAGE, _IMAGE], [_SOME], "2 images but 1 scribbles"),
        ({}, [_IMAGE, _IMAGE], _SOME, "a list of scribbles"),
        ({}, [_IMAGE, np.stack([_IMAGE] * 3)], [_SOME, _SOME], "of one kind"),
        ({}, [], [], "0 images"),
        ({}, np.where(_SOME == 2, np.nan, _IMAGE), _SOME, "pixels are NaN or infinite"),
        ({}, _IMAGE * 1e20, _SOME, "beyond 1e[+]12"),
        ({}, _IMAGE * 1j, _SOME, "complex128"),
        ({}, _IMAGE[0], _SOME[0], r"\(y, x\)"),
        ({}, _IMAGE[:0], _SOME[:0], r"\(y, x\)"),
        ({"scales": (1, -2)}, _IMAGE, _SOME, "-2 is no standard deviation"),
        ({"scales": (1, 65)}, _IMAGE, _SOME, "up to 64 will do"),
        ({"scales": 2, "unit": "mm", "spacing": (1, 0.01)}, _IMAGE, _SOME, "of 200 pixels"),
        ({"scales": (1, 1)}, _IMAGE, _SOME, "that differ"),
        ({"scales": ()}, _IMAGE, _SOME, "scales"),
        ({"scales": "1"}, _IMAGE, _SOME, "'1' is no standard deviation"),
        ({"filters": ("gauss",)}, _IMAGE, _SOME, "gauss"),
        ({"filters": ()}, _IMAGE, _SOME, "name some of"),
        ({"unit": "cm"}, _IMAGE, _SOME, "'px' or in 'mm'"),
        ({"unit": "mm"}, _IMAGE, _SOME, "needs the spacing"),
        ({"unit": "mm", "spacing": (1,)}, _IMAGE, _SOME, "2 positive lengths"),
        ({"unit": "mm", "spacing": (1, 0)}, _IMAGE, _SOME, "2 positive lengths"),
        ({"spacing": (1, 1)}, _IMAGE, _SOME, "no effect"),
        ({"channel_axis": 5}, _IMAGE, _SOME, "channel_axis=5"),
        ({"n_estimators": 0}, _IMAGE, _SOME, "n_estimators"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(settings, image, scribbles, told):
    """Each is one error that says what was found."""
    with pytest.raises(InputError, match=told):
        PixelClassifier(**settings).fit(image, scribbles)


@pytest.mark.parametrize(
    ("image", "how", "told"),
    [
        (np.zeros((5, 6, 7)), {}, "3 axes; the classifier was fitted on 2 axes"),
        (Image(np.zeros((5, 6, 3)), channel_axis=-1), {}, "3 channels; .* on 1 channels"),
        (np.full((5, 6), np.nan), {}, "NaN or infinite"),
        (np.zeros((5, 6)), {"block": 0}, "block=0"),
        (np.zeros((5, 6)), {"block": (3, 3, 3)}, "block="),
        (np.zeros((5, 6)), {"block": 2.5}, "block=2.5"),
        (np.zeros((5, 6)), {"out": np.zeros((5, 5), np.int32)}, "shape"),
        (np.zeros((5, 6)), {"out": np.zeros((5, 6))}, "int32"),
        (np.zeros((5, 6)), {"out": [1]}, "type list"),
    ],
)
def test_what_cannot_be_predicted_is_refused(fitted: PixelClassifier, image, how, told):
    """Each is one error that says what was found."""
    with pytest.raises(InputError, match=told):
        fitted.predict(image, **how)


def test_what_was_not_fitted_does_not_predict():
    """It says what to call first."""
    with pytest.raises(InputError, match="call fit"):
        PixelClassifier().predict(np.zeros((5, 5)))


def test_a_small_type_of_out_holds_the_classes():
    """A class beyond what out holds is refused, not wrapped."""
    image, classes = discs(0)
    model = PixelClassifier(1, n_estimators=2).fit(image, np.where(classes == 7, 300, classes))
    with pytest.raises(InputError, match="uint8 does not hold class 300"):
        model.predict(image, out=np.zeros(image.shape, np.uint8))


def test_scikit_learn_is_imported_when_a_forest_is_grown():
    """The room stands below learn."""
    import subprocess

    code = (
        "import sys; from imgpipe.segment import PixelClassifier; PixelClassifier();"
        "print(sorted({'sklearn', 'skimage', 'scipy.ndimage'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
