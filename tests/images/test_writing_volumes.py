"""NIfTI and NRRD files as they are written: read again, and read by others."""

import itertools
from dataclasses import replace

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK as sitk

from imgpipe import InputError
from imgpipe.images import Image, Place, read, write

DTYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "bool"]
SUFFIXES = [".nii", ".nii.gz", ".nrrd"]
TURN = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
AXES = [
    np.eye(3)[list(order)] * np.array(signs)[:, None]
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]


def volume(dtype="i2", directions=TURN, spacing=(3.0, 0.7, 1.25)):
    pixels = np.arange(3 * 4 * 5).reshape(3, 4, 5).astype(dtype)
    if np.dtype(dtype).kind in "iu":
        pixels.ravel()[:2] = np.iinfo(dtype).min, np.iinfo(dtype).max
    return Image(pixels, None, spacing, place=Place(np.array([-31.5, 12.25, 100.5]), directions))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_round_trip(tmp_path, suffix, dtype):
    """What is written is read: values, type, spacing and place; bool as 0 and 1."""
    image = volume(dtype)
    write(tmp_path / f"x{suffix}", image)
    found = read(tmp_path / f"x{suffix}")
    assert found.pixels.dtype == (np.uint8 if dtype == "bool" else image.pixels.dtype)
    assert np.array_equal(found.pixels, image.pixels)
    assert found.spacing == pytest.approx(image.spacing, rel=1e-15)
    assert found.place.is_same(image.place, image.spacing)
    assert found.warnings == ()


@pytest.mark.parametrize("unit", ["HU", "SUV", "Bq/ml", None])
def test_nrrd_keeps_the_unit(tmp_path, unit):
    """Values are written with what they measure, which pynrrd reads as we do."""
    write(tmp_path / "x.nrrd", replace(volume(), unit=unit))
    assert read(tmp_path / "x.nrrd").unit == unit
    assert nrrd.read_header(str(tmp_path / "x.nrrd")).get("sample units") == unit


@pytest.mark.parametrize("said", ["1", "", "unitless"])
def test_a_unit_that_says_nothing_is_none(tmp_path, said):
    path = tmp_path / "x.nrrd"
    write(path, replace(volume(), unit="HU"))
    path.write_bytes(path.read_bytes().replace(b"units: HU", b"units: " + said.encode()))
    assert read(path).unit is None


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("directions", AXES)
def test_other_readers_find_the_same_points(tmp_path, suffix, directions):
    """SimpleITK and nibabel see each corner where we do, for all orders and senses of axes."""
    image, path = volume(directions=directions), str(tmp_path / f"x{suffix}")
    write(path, image)
    other = sitk.ReadImage(path)
    assert np.array_equal(sitk.GetArrayFromImage(other), image.pixels)
    for k, j, i in itertools.product((0, 2), (0, 3), (0, 4)):
        ours = image.place.at((k, j, i), image.spacing)
        assert other.TransformIndexToPhysicalPoint((i, j, k)) == pytest.approx(ours, abs=1e-4)
        if suffix != ".nrrd":
            ras = nibabel.load(path).affine @ (i, j, k, 1)
            assert ras[:3] * (-1, -1, 1) == pytest.approx(ours, abs=1e-4)
    if suffix == ".nrrd":
        values, header = nrrd.read(path)
        assert np.array_equal(values.T, image.pixels)
        assert header["space origin"].tolist() == [-31.5, 12.25, 100.5]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_qform_says_the_same(tmp_path, suffix):
    """Both forms of a NIfTI header put voxels where we do."""
    write(tmp_path / f"x{suffix}", volume())
    if suffix != ".nrrd":
        header = nibabel.load(tmp_path / f"x{suffix}").header
        assert header.get_qform() == pytest.approx(header.get_sform(), abs=1e-4)
    first = (tmp_path / f"x{suffix}").read_bytes()
    write(tmp_path / f"x{suffix}", volume())
    assert (tmp_path / f"x{suffix}").read_bytes() == first


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_images_without_a_place(tmp_path, suffix):
    """Spacing alone is kept alone, and nothing is made of nothing."""
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    path = tmp_path / f"x{suffix}"
    write(path, pixels, spacing=(2, 0.3))
    found = read(path)
    assert (found.spacing, found.place) == ((2, 0.3), None)
    write(path, pixels)
    assert read(path).spacing is None
    flat = Image(pixels, None, (2, 0.3), place=Place(np.zeros(3), np.eye(3)[1:]))
    write(path, flat)
    assert np.array_equal(read(path).directions, flat.directions)
    assert read(path).shape == (3, 4)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours(tmp_path, suffix):
    """RGB is written with its place, of 8 bits in NIfTI."""
    rgb = np.arange(36, dtype=np.uint8).reshape(3, 3, 4)
    place = Place(np.ones(3), np.eye(3)[1:])
    write(tmp_path / f"x{suffix}", Image(rgb, 0, (1, 1), place=place))
    found = read(tmp_path / f"x{suffix}")
    assert found.channel_axis == -1
    assert np.array_equal(np.moveaxis(found.pixels, -1, 0), rgb)
    assert found.place.is_same(place, (1, 1))
    if suffix != ".nrrd":
        with pytest.raises(InputError, match="colours of uint8, not uint16"):
            write(tmp_path / f"x{suffix}", rgb.astype(np.uint16), channel_axis=0)


def test_what_is_not_written(tmp_path):
    """Types, lengths and places that a format cannot hold are named."""
    pixels = np.ones((2, 3), np.float16)
    for name in ("x.nii", "x.nrrd"):
        with pytest.raises(InputError, match="holds no float16"):
            write(tmp_path / name, pixels)
        for spacing in ((1, 0), (1, np.nan), (1, 1, 1)):
            with pytest.raises(InputError, match="2 positive lengths"):
                write(tmp_path / name, pixels, spacing=spacing)
        with pytest.raises(InputError, match="without spacing"):
            write(tmp_path / name, pixels, place=Place(np.zeros(3), np.eye(3)[1:]))
        with pytest.raises(InputError, match="2 axes"):
            write(tmp_path / name, pixels, spacing=(1, 1), place=Place(np.zeros(3), np.eye(3)))
    with pytest.raises(InputError, match=r"keeps no spacing or place; write to \.nii"):
        write(tmp_path / "x.tif", pixels, spacing=(1, 1))
    with pytest.raises(InputError, match=r"choose one of .*\.nii\.gz, \.nrrd"):
        write(tmp_path / "x.mha", pixels)
    assert list(tmp_path.iterdir()) == []


def test_long_axes_take_version_2(tmp_path):
    """An axis longer than 16 bits can say is written as NIfTI-2."""
    write(tmp_path / "x.nii", np.zeros((2, 40000), np.uint8), spacing=(1, 1))
    assert read(tmp_path / "x.nii").shape == (2, 40000)
    assert isinstance(nibabel.load(tmp_path / "x.nii"), nibabel.Nifti2Image)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_slice_lies_where_it_lay_for_others_too(tmp_path, suffix):
    """One slice with a place is a volume of one slice to SimpleITK, at the same points."""
    pixels = np.arange(20, dtype=np.int16).reshape(4, 5)
    place = Place(np.array([1.0, -2, 30]), TURN[1:])
    write(tmp_path / f"x{suffix}", Image(pixels, None, (0.5, 2.0), place=place))
    other = sitk.ReadImage(str(tmp_path / f"x{suffix}"))
    assert other.GetSize() == (5, 4, 1)
    for j, i in itertools.product((0, 3), (0, 4)):
        point = other.TransformIndexToPhysicalPoint((i, j, 0))
        assert point == pytest.approx(place.at((j, i), (0.5, 2.0)), abs=1e-4)
    found = read(tmp_path / f"x{suffix}")
    assert np.array_equal(found.pixels, pixels)
    assert found.place.is_same(place, (0.5, 2.0))
