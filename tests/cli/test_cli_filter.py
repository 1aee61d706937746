"""`filter`: one kernel, whose pixel type is kept, or one step of enhancement on one image."""

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from cli_helpers import Run, assert_one_error
from PIL import Image
from pydicom.data import get_testdata_file
from scipy import ndimage

from imgpipe import images
from imgpipe.enhance import ENHANCEMENTS


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A 16-bit TIFF."""
    pixels = np.random.default_rng(0).integers(0, 60000, (17, 23), np.uint16)
    tifffile.imwrite(tmp_path / "deep.tif", pixels)
    return tmp_path / "deep.tif"


def test_sixteen_bits_stay(run: Run, deep: Path, tmp_path: Path) -> None:
    """A 16-bit image gives the median of SciPy in 16 bits."""
    out = tmp_path / "out.png"
    done = run("filter", "median", deep, out, "--size", 3, "--mode", "mirror")
    assert (done.exit_code, done.stderr) == (0, "")
    expected = ndimage.median_filter(tifffile.imread(deep), 3, mode="mirror")
    found = np.asarray(Image.open(out))
    assert found.dtype == np.uint16
    assert np.array_equal(found, expected)


def test_colour_is_filtered_by_channel(run: Run, tmp_path: Path) -> None:
    """The channels of a colour image are not mixed."""
    pixels = np.random.default_rng(0).integers(0, 255, (12, 14, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    done = run("filter", "dilation", tmp_path / "in.png", tmp_path / "out.png", "--size", 3)
    assert done.exit_code == 0, done.stderr
    expected = ndimage.grey_dilation(pixels, size=(3, 3, 1))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png")), expected)


def test_a_list_of_steps_is_applied_in_order(run: Run, deep: Path, tmp_path: Path) -> None:
    """Kernels and enhancements of a list work on what the one before made, at full depth."""
    out, one, two = (tmp_path / name for name in ("out.tif", "one.tif", "two.tif"))
    done = run("filter", "median:3,mode=nearest;percentile:high=90", deep, out)
    assert (done.exit_code, done.stderr) == (0, "")
    assert run("filter", "median", deep, one, "--size", 3, "--mode", "nearest").exit_code == 0
    assert run("filter", "percentile", one, two, "--set", "high=90").exit_code == 0
    assert np.array_equal(images.read(out).pixels, images.read(two).pixels)
    assert images.read(out).pixels.dtype == np.float32


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["median:3;gaussian:1", "--size", 5], ["list", "write size there"]),
        (["median:3;gaussian:1", "--set", "size=5"], ["list", "write size there"]),
        (["median:3;gaussian"], ["gaussian needs sigma"]),
        (["median:3,sigma=1;mean"], ["median takes no --sigma"]),
        (["median:3;medain:3"], ["medain", "did you mean median"]),
        (["median:3;mean", "--mask", "mask.png"], ["median, mean take no --mask"]),
    ],
)
def test_a_list_that_does_not_fit(args: list[str], words: list[str], run: Run, deep: Path) -> None:
    done = run("filter", args[0], deep, deep.parent / "out.tif", *args[1:])
    assert_one_error(done, *words)
    assert not (deep.parent / "out.tif").exists()


def test_the_value_beyond_a_constant_border_counts(run: Run, deep: Path, tmp_path: Path) -> None:
    """--cval is what lies beyond the border of both constant modes."""
    expected = ndimage.median_filter(tifffile.imread(deep), 3, mode="constant", cval=7)
    for i, mode in enumerate(("constant", "grid-constant")):
        out = tmp_path / f"{i}.npy"
        args = ["--size", 3, "--mode", mode, "--cval", 7]
        assert run("filter", "median", deep, out, *args).exit_code == 0
        assert np.array_equal(np.load(out), expected)


def test_weights_and_json(run: Run, deep: Path, tmp_path: Path) -> None:
    """Weights are given as rows; --json tells shape and type."""
    out = tmp_path / "out.npy"
    done = run("filter", "correlate", deep, out, "--weights", "0,0,0;0,0,1;0,0,0", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"out": str(out), "shape": [17, 23], "dtype": "uint16"}
    expected = ndimage.correlate(tifffile.imread(deep), [[0, 0, 0], [0, 0, 1], [0, 0, 0]])
    assert np.array_equal(np.load(out), expected)


def test_a_slice_is_shown_through_a_window(run: Run, tmp_path: Path) -> None:
    """A DICOM slice in Hounsfield units becomes a picture of 8 bits, which is said."""
    source, out = get_testdata_file("CT_small.dcm"), tmp_path / "out.png"
    assert_one_error(
        run("filter", "median", source, out),
        "holds uint8",
        "write to .tif or .npy, or",
        "imgpipe filter window",
    )
    done = run("filter", "window", source, out, "--set", "preset=lung")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "0 to 1 written as 0 to 255" in done.stdout
    expected = images.window(images.read(source), "lung").pixels
    found = np.asarray(Image.open(out))
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found / 255, expected, atol=0.5 / 255 + 1e-6)
    args = ["--set", "center=40", "--set", "width=400", "--json"]
    done = run("filter", "window", source, tmp_path / "out.npy", *args)
    assert json.loads(done.stdout)["dtype"] == "float32"
    expected = images.window(images.read(source), center=40, width=400).pixels
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), expected)


@pytest.mark.parametrize("name", sorted(ENHANCEMENTS))
def test_every_step_has_a_way_in(name: str, run: Run, tmp_path: Path) -> None:
    """A step gives of a file what it gives in Python; settings go by --set."""
    step = ENHANCEMENTS[name]
    source, out = get_testdata_file("CT_small.dcm"), tmp_path / "out.npy"
    settings = {"gamma": {}, "match_histogram": {}}.get(name, dict(step.trial))
    if name in ("gamma", "n4"):  # not for Hounsfield units
        source = tmp_path / "in.png"
        Image.fromarray(np.arange(1024, dtype=np.uint8).reshape(32, 32)).save(source)
    args = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    if name == "gamma":
        settings, args = {"gamma": 0.5}, ["--set", "gamma=0.5"]
    if name == "match_histogram":
        other = get_testdata_file("MR_small.dcm")
        settings, args = {"reference": images.read(other)}, ["--reference", other]
    done = run("filter", name, source, out, *args)
    assert done.exit_code == 0, done.stderr
    np.testing.assert_array_equal(np.load(out), step(images.read(source), **settings).pixels)


def test_a_volume_keeps_its_place_and_counts_inside_a_mask(run: Run, tmp_path: Path) -> None:
    """NIfTI in, NIfTI out: spacing and place stay, and z-scores are those inside --mask."""
    pixels = np.random.default_rng(0).normal(100, 20, (6, 9, 8)).astype(np.float32)
    inside = np.zeros(pixels.shape, np.uint8)
    inside[2:5, 2:7, 1:6] = 1
    place = images.Place(np.array([10.0, -20.0, 30.0]), np.eye(3)[::-1])
    for name, values in (("brain", pixels), ("head", inside)):
        whole = images.Image(values, spacing=(3.0, 0.5, 0.5), place=place)
        images.write(tmp_path / f"{name}.nii.gz", whole)
    done = run("filter", "zscore", tmp_path / "brain.nii.gz", tmp_path / "z.nii.gz",
               "--mask", tmp_path / "head.nii.gz")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = images.read(tmp_path / "z.nii.gz")
    expected = (pixels - pixels[inside == 1].mean()) / pixels[inside == 1].std()
    np.testing.assert_allclose(found.pixels, expected, rtol=1e-4, atol=1e-5)
    assert found.spacing == (3.0, 0.5, 0.5)
    np.testing.assert_allclose(found.place.origin, place.origin)


def test_kernels_take_any_setting(run: Run, deep: Path, tmp_path: Path) -> None:
    """--set reaches the settings that have no option, one number for each axis too."""
    args = ["--set", "size=3x5", "--set", "mode=nearest", "--set", "origin=1x0"]
    assert run("filter", "median", deep, tmp_path / "out.npy", *args).exit_code == 0
    pixels = tifffile.imread(deep)
    expected = ndimage.median_filter(pixels, (3, 5), mode="nearest", origin=(1, 0))
    assert np.array_equal(np.load(tmp_path / "out.npy"), expected)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nope"], ["'nope'", "median"]),
        (["median", "--sigma", "2"], ["median takes no --sigma", "--size"]),
        (["gaussian"], ["gaussian needs --sigma"]),
        (["correlate", "--weights", "1,x"], ["--weights", "'1,x'"]),
        (["correlate", "--weights", "1,2;3"], ["--weights", "equally many"]),
        (["correlate", "--weights", ";"], ["--weights", "at least one"]),
        (["median", "--mode", "bounce"], ["bounce", "reflect"]),
        (["median", "--set", "sizes=3"], ["median takes no --set sizes", "did you mean size?"]),
        (["median", "--set", "3"], ["--set: '3' is not KEY=VALUE"]),
        (["median", "--set", "size=3", "--size", "3"], ["--set: size is given twice"]),
        (["median", "--set", "weights=3"], ["--set: weights has an option of its own"]),
        (["zscore", "--size", "3"], ["zscore takes no --size"]),
        (["gamma"], ["gamma needs --set gamma="]),
        (["window"], ["a window needs a preset"]),
        (["window", "--set", "preset=lungs"], ["did you mean lung?"]),
        (["window", "--set", "preset=file"], ["deep.tif", "recommends no window"]),
        (["match_histogram"], ["match_histogram needs --reference"]),
        (["median", "--reference", "x.png"], ["median takes no --reference"]),
        (["zscore"], ["out.png: values from", "do not fit into 8 bits; write to .tif or .npy"]),
        (["median", "--cval", "7"], ["--cval", "--mode constant"]),
        (["mean", "--cval", "7", "--mode", "nearest"], ["--cval", "--mode constant"]),
    ],
)
def test_settings_that_do_not_fit(args: list[str], words: list[str], run: Run, deep: Path) -> None:
    """An option that the kernel would not use is refused, and one that it needs is named."""
    name, *options = args
    out = deep.with_name("out.png")
    assert_one_error(run("filter", name, deep, out, *options), *words)
    assert not out.exists()


@pytest.mark.parametrize(
    ("dtype", "out", "message"),
    [
        ("uint16", "m.jpg", "m.jpg: JPEG holds uint8, not uint16; write to .png, .tif or .npy"),
        ("int16", "m.jpg", "m.jpg: JPEG holds uint8, not int16; write to .tif or .npy"),
        ("int16", "m.png", "m.png: holds uint8 or uint16, not int16"),
    ],
)
def test_format_that_cannot_hold_the_pixels(
    dtype: str, out: str, message: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names OUT as it was typed, and the formats that hold the pixels."""
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("deep.tif", np.arange(64, dtype=dtype).reshape(8, 8))
    done = run("filter", "median", "deep.tif", out)
    assert_one_error(done)
    assert done.stderr.startswith(f"Error: {message}")
    assert not (tmp_path / out).exists()


def test_input_that_is_no_image(run: Run, tmp_path: Path) -> None:
    """A text file is refused by name."""
    (tmp_path / "in.png").write_text("text")
    out = tmp_path / "out.png"
    assert_one_error(run("filter", "median", tmp_path / "in.png", out), "in.png", "not an image")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd"])
def test_a_volume_keeps_its_place(run: Run, tmp_path: Path, suffix: str) -> None:
    """A filtered NIfTI volume is written as one, or as NRRD, and lies where it lay."""
    source, out = tmp_path / "in.nii.gz", tmp_path / f"out{suffix}"
    pixels = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    place = images.Place(np.array([1.0, 2, 3]), -np.eye(3))
    images.write(source, pixels, spacing=(3, 0.5, 0.5), place=place)
    assert run("filter", "median", source, out, "--size", 3).exit_code == 0
    found = images.read(out)
    assert np.array_equal(found.pixels, ndimage.median_filter(pixels, 3))
    assert found.spacing == (3, 0.5, 0.5)
    assert found.place.is_same(place, found.spacing)
