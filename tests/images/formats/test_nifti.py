"""NIfTI files: voxels and place as nibabel and SimpleITK find them, and what is refused."""

import gzip
import itertools
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from imgpipe import InputError
from imgpipe.images import MAX_PIXELS, read, read_mask, read_volume
from imgpipe.images.read import read_bytes

VOXELS = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)
LPS = np.array([-1.0, -1.0, 1.0])


def nifti(path, voxels=VOXELS, affine=None, order="<", **fields):
    """A file of voxels in the file's own order (i, j, k)."""
    header = nibabel.Nifti1Header(endianness=order)
    header.set_data_dtype(voxels.dtype)
    image = nibabel.Nifti1Image(voxels, np.eye(4) if affine is None else affine, header)
    for field, value in fields.items():
        image.header[field] = value
    image.to_filename(path)
    return path


def patched(path, **fields):
    """The bytes of a file with other fields in its header, whatever a writer thinks of them."""
    data = bytearray(path.read_bytes())
    header = nibabel.Nifti1Header(bytes(data[:348]), check=False)
    for field, value in fields.items():
        header[field] = value
    data[:348] = header.binaryblock
    return bytes(data)


def corners(shape):
    return np.array(list(itertools.product(*((0, n - 1) for n in shape))))


def oblique(*turns):
    """A matrix of three turns, one around each axis, in degrees."""
    out = np.eye(3)
    for axis, turn in enumerate(np.radians(turns)):
        a, b = [k for k in range(3) if k != axis]
        one = np.eye(3)
        one[a, a] = one[b, b] = np.cos(turn)
        one[a, b], one[b, a] = -np.sin(turn), np.sin(turn)
        out = out @ one
    return out


TURNS = [
    np.eye(3)[list(order)] * np.array(signs)
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]


@pytest.mark.parametrize("turn", [*TURNS, oblique(10, -20, 33)])
def test_corners_lie_where_others_say(tmp_path, turn):
    """For all orders and directions of axes each corner has one place, and its value."""
    affine = np.eye(4)
    affine[:3, :3] = turn * [0.7, 1.25, 3.0]
    affine[:3, 3] = (-31.5, 12.25, 100.125)
    path = nifti(tmp_path / "x.nii", affine=affine)
    image, other = read_volume(path), sitk.ReadImage(str(path))
    assert image.shape == (7, 6, 5)
    assert image.spacing == pytest.approx((3.0, 1.25, 0.7), rel=1e-6)
    assert np.array_equal(image.pixels, sitk.GetArrayFromImage(other))
    for corner in corners(image.shape):
        ours = image.place.at(corner, image.spacing)
        i, j, k = (int(n) for n in corner[::-1])
        assert ours == pytest.approx(other.TransformIndexToPhysicalPoint((i, j, k)), abs=1e-4)
        assert ours == pytest.approx((affine @ (i, j, k, 1))[:3] * LPS, abs=1e-4)
        assert image[tuple(corner)] == VOXELS[i, j, k]


def test_lengths_are_the_decimals_that_were_written(tmp_path):
    """0.7 mm, which 32 bits cannot hold, is 0.7 mm."""
    affine = np.diag([0.7, 0.3, 1.1, 1.0])
    affine[:3, 3] = (0.1, 0.2, 0.3)
    image = read(nifti(tmp_path / "x.nii", affine=affine))
    assert image.spacing == (1.1, 0.3, 0.7)
    assert image.origin.tolist() == [-0.1, -0.2, 0.3]


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", ">u2", "i2", "<i4", "u4", "i8", "u8", "f4", ">f8"]
)
@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
def test_voxels_keep_their_type(tmp_path, dtype, name):
    """Each type comes as it is, in native order, from files and from bytes, compressed or not."""
    voxels = VOXELS.astype(dtype)
    path = nifti(tmp_path / name, voxels, order=">" if ">" in dtype else "<")
    for image in (read(path), read_bytes(path.read_bytes())):
        assert image.pixels.dtype == np.dtype(dtype).newbyteorder("=")
        assert np.array_equal(image.pixels.T, voxels)


def test_version_2(tmp_path):
    """NIfTI-2 is read as NIfTI is."""
    affine = np.diag([1, 2, 3, 1.0])
    nibabel.Nifti2Image(VOXELS, affine).to_filename(tmp_path / "x.nii")
    image = read(tmp_path / "x.nii")
    assert np.array_equal(image.pixels.T, VOXELS)
    assert image.spacing == (3, 2, 1)


@pytest.mark.parametrize(
    ("slope", "inter", "dtype"),
    [(0, 7, "i2"), (np.nan, 7, "i2"), (1, 0, "i2"), (2, -1024, "i2"), (1000, 0, "i4"),
     (0.5, 1, "f8"), (-1, 0, "i2")],
)  # fmt: skip
def test_values_are_scaled(tmp_path, slope, inter, dtype):
    """Slope and intercept count unless the slope is 0 or NaN; whole ones keep integers."""
    data = patched(nifti(tmp_path / "x.nii"), scl_slope=slope, scl_inter=inter)
    (tmp_path / "x.nii").write_bytes(data)
    image = read(tmp_path / "x.nii")
    assert image.pixels.dtype == dtype
    expected = nibabel.load(tmp_path / "x.nii").get_fdata()
    assert np.array_equal(image.pixels.T, expected)


def test_labels_survive_scaling(tmp_path):
    """Labels that a writer stored in steps are whole again; a map of shares is no mask."""
    labels = (VOXELS % 4).astype(float)
    for name, values in (("labels.nii", labels), ("shares.nii", labels / 8)):
        image = nibabel.Nifti1Image(values, np.eye(4))
        image.set_data_dtype(np.uint8)
        image.to_filename(tmp_path / name)
    mask = read_mask(tmp_path / "labels.nii")
    assert np.array_equal(mask.labels.T, labels)
    assert mask.labels.dtype == np.int64
    assert mask.place.is_same(read(tmp_path / "labels.nii").place, mask.spacing)
    with pytest.raises(InputError, match="fractions"):
        read_mask(tmp_path / "shares.nii")


def test_one_slice_and_one_point_in_time(tmp_path):
    """One slice is an image with a place; one point in time a volume; several are named."""
    flat = read(nifti(tmp_path / "flat.nii", VOXELS[:, :, :1], np.diag([2, 3, 4, 1])))
    assert (flat.shape, flat.spacing) == ((6, 5), (3, 2))
    assert flat.directions.tolist() == [[0, -1, 0], [-1, 0, 0]]
    assert read(nifti(tmp_path / "two.nii", VOXELS[:, :, 0])).shape == (6, 5)
    assert read(nifti(tmp_path / "one.nii", VOXELS[..., None])).shape == (7, 6, 5)
    series = nifti(tmp_path / "many.nii", np.stack([VOXELS, VOXELS], axis=-1))
    with pytest.raises(InputError, match=r"many\.nii: 5 x 6 x 7 x 2 voxels"):
        read(series)
    with pytest.raises(InputError, match="no volume"):
        read_volume(tmp_path / "flat.nii")


def test_colour(tmp_path):
    """RGB24 voxels are colours; complex ones are refused by name."""
    rgb = np.zeros((4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    rgb["G"] = np.arange(20).reshape(4, 5)
    image = read(nifti(tmp_path / "x.nii", rgb))
    assert (image.shape, image.channel_axis) == ((5, 4, 3), -1)
    assert np.array_equal(image.pixels[..., 1].T, rgb["G"])
    with pytest.raises(InputError, match="complex64"):
        read(nifti(tmp_path / "c.nii", VOXELS.astype(np.complex64)))


@pytest.mark.parametrize(("unit", "mm"), [(0, 1), (1, 1000), (2, 1), (3, 0.001)])
def test_units_of_length(tmp_path, unit, mm):
    """Metres and microns become mm, in spacing and place."""
    affine = np.diag([1, 2, 4, 1.0])
    affine[:3, 3] = (1, 2, 3)
    image = read(nifti(tmp_path / "x.nii", affine=affine, xyzt_units=unit))
    assert image.spacing == (4 * mm, 2 * mm, mm)
    assert image.origin.tolist() == [-mm, -2 * mm, 3 * mm]


def test_forms_by_their_codes(tmp_path):
    """The sform comes first, then the qform; where both say nothing, there is no place."""
    first, second = np.diag([1, 2, 3, 1.0]), np.diag([-1, 2, 3, 1.0])
    image = nibabel.Nifti1Image(VOXELS, first)
    image.set_qform(second, code=1)
    image.to_filename(tmp_path / "x.nii")
    path = tmp_path / "x.nii"
    assert read(path).directions[2].tolist() == [-1, 0, 0]
    path.write_bytes(patched(path, sform_code=0))
    assert read(path).directions[2].tolist() == [1, 0, 0]
    path.write_bytes(patched(path, qform_code=0))
    bare = read(path)
    assert bare.place is None
    assert bare.spacing == (3, 2, 1)
    assert "no sform, no qform" in bare.warnings[0]
    path.write_bytes(patched(path, pixdim=[1, 0, np.nan, 1, 1, 1, 1, 1]))
    assert read(path).spacing is None


def test_axes_that_are_no_grid(tmp_path):
    """A sheared or damaged sform gives way to the qform with a note, else it is an error."""
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    path = nifti(tmp_path / "x.nii", affine=sheared)
    with pytest.raises(InputError, match=r"x\.nii: its sform has axes at 78.7 degrees"):
        read(path)
    path.write_bytes(patched(path, qform_code=1, quatern_d=0, pixdim=[1] * 8))
    image = read(path)
    assert image.directions.tolist() == [[0, 0, 1], [0, -1, 0], [-1, 0, 0]]
    assert "its qform is taken" in image.warnings[0]
    for row, words in (([np.nan] * 4, "NaN"), ([0] * 4, "angles|length")):
        path.write_bytes(patched(path, srow_x=row, qform_code=0))
        with pytest.raises(InputError, match=words):
            read(path)


def test_lengths_that_disagree(tmp_path):
    """Where pixdim and sform differ, the sform is taken and a note tells."""
    path = nifti(tmp_path / "x.nii")
    path.write_bytes(patched(path, pixdim=[1, 2, 2, 2, 1, 1, 1, 1]))
    image = read(path)
    assert image.spacing == (1, 1, 1)
    assert "2 x 2 x 2 mm" in image.warnings[0]


def test_huge_headers_cost_nothing(tmp_path):
    """Declared voxels beyond the budget are refused before they are unpacked."""
    path = nifti(tmp_path / "x.nii")
    huge = patched(path, dim=[3, 30000, 30000, 30000, 1, 1, 1, 1])
    for data in (huge, gzip.compress(huge)):
        with pytest.raises(InputError, match=f"more than the {MAX_PIXELS}"):
            read_bytes(data)
    bomb = gzip.compress(path.read_bytes() + bytes(1 << 26))
    assert np.array_equal(read_bytes(bomb).pixels.T, VOXELS)


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
def test_cut_files(tmp_path, name):
    """A file that ends anywhere before its end is a clear error."""
    data = nifti(tmp_path / name, VOXELS[:2, :2, :2]).read_bytes()
    for end in range(len(data)):
        with pytest.raises(InputError, match=r"trunc|cut|empty|not an image|gzip|text"):
            read_bytes(data[:end], name=name)
    assert read_bytes(data, name=name).shape == (2, 2, 2)


def test_damage(tmp_path):
    """Header fields that make no sense are named."""
    path = nifti(tmp_path / "x.nii")
    for fields, words in [
        ({"datatype": 999}, "data type 999"),
        ({"dim": [3, 5, -6, 7, 1, 1, 1, 1]}, "5 x -6 x 7"),
        ({"vox_offset": 12}, "byte 12"),
        ({"vox_offset": np.nan}, "byte nan"),
        ({"magic": b"ni1"}, "pair"),
        ({"scl_slope": np.inf}, "scl_slope inf"),
        ({"xyzt_units": 5}, "unit 5"),
    ]:
        with pytest.raises(InputError, match=words):
            read_bytes(patched(path, **fields))
    data = bytearray(gzip.compress(path.read_bytes()))
    data[-6] ^= 255
    with pytest.raises(InputError, match="damaged: its gzip data"):
        read_bytes(bytes(data))
    with pytest.raises(InputError, match="no NIfTI"):
        read_bytes(gzip.compress(b"text"))


@pytest.mark.data
def test_the_hippocampus_volumes(shared_data: Path):
    """All 61 volumes hold what nibabel reads, and their masks lie where they lie."""
    folder = shared_data / "hippocampus"
    seen = 0
    for path in sorted((folder / "images").iterdir()):
        image, other = read_volume(path), nibabel.load(path)
        assert np.array_equal(image.pixels.T, np.asanyarray(other.dataobj))
        assert image.origin == pytest.approx(other.affine[:3, 3] * LPS)
        assert image.warnings == ()
        mask = folder / "masks" / path.name
        if mask.exists():
            found = read_mask(mask)
            assert found.labels.shape == image.shape
            assert found.place.is_same(image.place, image.spacing)
            assert set(np.unique(found.labels)) == {0, 1, 2}
            seen += 1
    assert seen == 60


def test_forms_that_contradict_each_other(tmp_path):
    """Left and right turned in one of the two forms is told; those of an atlas may differ."""
    image = nibabel.Nifti1Image(VOXELS, np.eye(4))
    image.set_qform(np.diag([-1, 1, 1, 1]), code=1)
    for code in (1, 2, 4):
        image.set_sform(np.eye(4), code=code)
        image.to_filename(tmp_path / "v.nii")
        found = read_volume(tmp_path / "v.nii")
        assert found.place.directions[2].tolist() == [-1, 0, 0]  # the sform's x is to the right
        told = "its sform and its qform lie up to 8 mm apart: the sform is taken"
        assert found.warnings == ((told,) if code < 4 else ())


@pytest.mark.parametrize(("unit", "mm"), [("mm", 1), ("meter", 1000)])
def test_forms_of_other_lengths_contradict(tmp_path, unit, mm):
    """Voxels of another length in the quaternion's form lie apart, by millimetres of any unit."""
    image = nibabel.Nifti1Image(VOXELS, np.eye(4))
    image.set_sform(np.eye(4), code=1)
    image.set_qform(np.eye(4), code=1)
    image.header["pixdim"][1:4] = 0  # no length at all
    image.header.set_xyzt_units(unit)
    image.to_filename(tmp_path / "v.nii")
    found = read_volume(tmp_path / "v.nii")
    corner = np.linalg.norm(np.array(VOXELS.shape) - 1) * mm
    assert found.warnings[0] == (
        f"its sform and its qform lie up to {corner:.3g} mm apart: the sform is taken"
    )
    assert found.spacing == (mm,) * 3
