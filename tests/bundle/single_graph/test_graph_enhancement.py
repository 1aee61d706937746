"""Windows, z-scores and gamma in the exported graph against `imgpipe.enhance`."""

from typing import Any

import numpy as np
import pytest
from filter_graphs import filtered, noise

from imgpipe import InputError, bundle
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.datasets import Dataset
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.learn import fit

pytest.importorskip("onnx")

DTYPES = ("uint8", "uint16", "int16", "float32")
WINDOWS: tuple[dict[str, Any], ...] = (
    {"preset": "lung"},
    {"preset": "brain", "function": "linear_exact"},
    {"center": 30.5, "width": 99},
    {"center": 30, "width": 1},
    {"center": 30, "width": 0.25, "function": "linear_exact"},
    {"center": -10, "width": 60, "function": "sigmoid"},
)


@pytest.mark.parametrize("settings", WINDOWS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_windows_in_a_graph(dtype: str, settings: dict[str, Any]) -> None:
    """All pixels of the window's range are shown the same, at its ends too."""
    image = noise((20, 31), dtype)
    inside = (np.arange(310) % 120).reshape(10, 31).astype(dtype)
    image[:10] = inside
    found = filtered(image, ("window", settings))
    wanted = ENHANCEMENTS["window"](image, **settings)
    assert found.dtype == wanted.dtype
    exact = settings.get("function") != "sigmoid"
    np.testing.assert_allclose(found, wanted, rtol=0, atol=0 if exact else 1e-7)


@pytest.mark.parametrize("settings", WINDOWS, ids=str)
def test_windows_of_what_is_not_finite(settings: dict[str, Any]) -> None:
    """NaN stays NaN, and infinite values are ends of the range."""
    image = noise((6, 8), "float32")
    image[0, :3] = np.nan, np.inf, -np.inf
    found = filtered(image, ("window", settings))
    np.testing.assert_allclose(found, ENHANCEMENTS["window"](image, **settings), atol=1e-7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_zscores_in_a_graph(dtype: str) -> None:
    """Equal to the rounding of a standard deviation; a constant image is 0."""
    image = noise((20, 31), dtype)
    found = filtered(image, ("zscore", {}))
    np.testing.assert_allclose(found, ENHANCEMENTS["zscore"](image), rtol=2e-7, atol=1e-9)
    assert not filtered(np.full((5, 7), 9, dtype), ("zscore", {})).any()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_gamma_of_integers_in_a_graph(dtype: str) -> None:
    """A table of all values, to the last bit, in the dtype of the image."""
    image = noise((20, 31), dtype)
    found = filtered(image, ("gamma", {"gamma": 0.45}))
    np.testing.assert_array_equal(found, ENHANCEMENTS["gamma"](image, gamma=0.45))
    assert found.dtype == dtype


def test_gamma_of_floats_in_a_graph() -> None:
    """Behind a window, the power of floats; beyond 0 to 1 the graph gives NaN."""
    image = noise((20, 31), "int16")
    steps = [("window", {"preset": "lung"}), ("gamma", {"gamma": 0.45})]
    shown = ENHANCEMENTS["window"](image, preset="lung")
    expected = ENHANCEMENTS["gamma"](shown, gamma=0.45)
    np.testing.assert_allclose(filtered(image, *steps), expected, rtol=2e-7)
    beyond = np.array([[0.5, 2.0], [-1.0, 1.0]], np.float32)
    found = np.isnan(filtered(beyond, ("gamma", {"gamma": 2})))
    np.testing.assert_array_equal(found, [[False, True], [True, False]])


def test_what_a_graph_does_not_hold() -> None:
    """The window of each file, and gamma of values without a full range, are named."""
    with pytest.raises(InputError, match="the window of each file cannot be exported"):
        filtered(noise((5, 5), "int16"), ("window", {"preset": "file"}))
    with pytest.raises(InputError, match="gamma: pixels of int16 cannot be exported"):
        filtered(noise((5, 5), "int16"), ("gamma", {"gamma": 2}))


def _data() -> Dataset:
    rng = np.random.default_rng(0)
    labels = np.arange(16) % 2
    pixels = rng.integers(-900, 200, (16, 20, 24)) + 90 * labels[:, None, None]
    return Dataset("slices", pixels.astype(np.int16), labels, ("dark", "bright"))


@pytest.mark.parametrize("filters", ["window:lung;median;gamma:0.7", "window:lung;zscore"])
def test_a_model_behind_a_window_is_exported(filters: str, tmp_path: Any) -> None:
    """From Hounsfield units to probabilities, equal to the bundle's to 1e-5."""
    import onnxruntime

    data = _data()
    model = fit(data, "logistic", filters=filters, families=["intensity", "glcm"])
    bundle.save(model, tmp_path / "m.imgpipe")
    assert bundle.export(tmp_path / "m.imgpipe", tmp_path / "m.onnx").difference <= 1e-5
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    said = [session.run(None, {"image": image.pixels})[0] for image in data.images]
    expected = bundle.load(tmp_path / "m.imgpipe").predict_proba(data.images)
    np.testing.assert_allclose(said, expected, atol=1e-5)


def test_other_steps_are_named(tmp_path: Any) -> None:
    """A step that no graph holds is refused by its name, beside those that can be written."""
    assert set(ENHANCEMENTS) & set(FILTERS) == {"window", "zscore", "gamma"}
    model = fit(_data(), "dummy", filters="crop;window:lung", families="intensity")
    bundle.save(model, tmp_path / "m.imgpipe")
    with pytest.raises(InputError, match=r"filters crop \(.*window, zscore can\)"):
        bundle.export(tmp_path / "m.imgpipe", tmp_path / "m.onnx")
