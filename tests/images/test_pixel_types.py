"""One pixel type for images stored in several: values stay, and so does their scale."""

from pathlib import Path

import numpy as np
import pytest

from imgpipe import InputError, bundle, images
from imgpipe.datasets import load
from imgpipe.images.pixel_types import common_type, kept_in
from imgpipe.learn import fit


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("int16", "uint16"), "int32"),
        (("int16", "float64"), "float64"),
        (("uint16", "float32"), "float32"),
        (("uint8",), "uint8"),
        (("uint8", "uint16"), None),
        (("bool", "int16"), None),
    ],
)
def test_the_type_that_holds_all(dtypes: tuple[str, ...], expected: str | None) -> None:
    """It is NumPy's for 16 bits and more; 8 bits have a scale of their own."""
    assert common_type(dtypes) == (None if expected is None else np.dtype(expected))


def test_values_stay_or_are_refused() -> None:
    """Whole numbers in reach become another type; fractions and what is beyond do not."""
    assert kept_in(np.array([-3.0, 7.0]), "int16").tolist() == [-3, 7]
    for pixels in (np.array([0.5]), np.array([40000.0]), np.array([np.nan])):
        assert kept_in(pixels, "int16") is None
    assert kept_in(np.array([np.nan, 1.5]), "float32") is not None
    assert kept_in(np.array([1 + 2.0**-30]), "float32") is None


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Ten images, of which each other is signed."""
    rng = np.random.default_rng(0)
    rows = ["path,label"]
    for k in range(10):
        pixels = rng.integers(0, 900, (12, 12)) + 500 * (k % 5 > 2)
        np.save(tmp_path / f"{k}.npy", pixels.astype("int16" if k % 2 else "uint16"))
        rows.append(f"{k}.npy,{'high' if k % 5 > 2 else 'low'}")
    (tmp_path / "m.csv").write_text("\n".join(rows))
    return tmp_path


def test_scanners_that_differ_in_the_sign_train_one_model(scans: Path) -> None:
    """Signed and unsigned images give one model, which takes either, and floats of such values."""
    data = load(scans / "m.csv")
    trained = fit(data, "logistic", families="intensity", ood=False)
    assert trained.dtype == "int32"
    path = scans / "model.imgpipe"
    bundle.save(trained, path)
    predictor = bundle.load(path)
    one = images.read(scans / "0.npy").pixels
    expected = predictor.predict_proba([one])
    for dtype in ("int16", "int32", "float64"):
        np.testing.assert_array_equal(predictor.predict_proba([one.astype(dtype)]), expected)
    np.testing.assert_array_equal(predictor.predict_proba([scans / "0.npy"]), expected)
    with pytest.raises(InputError, match="has uint8 pixels; the model was trained on int32"):
        predictor.predict_proba([np.zeros((12, 12), np.uint8)])
    scored = bundle.score(predictor, data, least=1).models[0]
    assert scored.metrics["auc"].value == 1.0


def test_eight_bits_among_sixteen_are_refused(scans: Path) -> None:
    """An 8-bit image has another scale."""
    np.save(scans / "0.npy", np.zeros((12, 12), np.uint8))
    with pytest.raises(InputError, match=r"3 pixel types.*8 bits have another scale"):
        fit(load(scans / "m.csv"), "dummy", families="intensity", ood=False)
