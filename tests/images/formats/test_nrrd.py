"""NRRD files: values and place as SimpleITK and pynrrd have them, and what is refused."""

import gzip

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk

from imgpipe import InputError
from imgpipe.images import MAX_PIXELS, ImageFile, read, read_mask, read_volume
from imgpipe.images.read import read_bytes

VOXELS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)  # as in the file: x, y, z
SPACE = {
    "space": "left-posterior-superior",
    "space directions": np.diag([0.7, 1.5, 3.0]),
    "space origin": np.array([-10.0, 20.5, 7]),
}


def save(path, voxels=VOXELS, header=None, **settings):
    nrrd.write(str(path), voxels, dict(SPACE if header is None else header), **settings)
    return path


def edited(path, *changes):
    """The bytes of a file with other words in its header."""
    data = path.read_bytes()
    for old, new in changes:
        assert old in data
        data = data.replace(old, new, 1)
    return data


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", ">i2", "i4", "u8", "f4", "f8"])
def test_values_and_place(tmp_path, encoding, dtype):
    """Each type and encoding comes as it is, with spacing and place."""
    path = save(tmp_path / "x.nrrd", VOXELS.astype(dtype), dict(SPACE, encoding=encoding))
    for image in (read_volume(path), read_bytes(path.read_bytes())):
        assert image.pixels.dtype == np.dtype(dtype).newbyteorder("=")
        assert np.array_equal(image.pixels.T, VOXELS)
        assert image.spacing == (3.0, 1.5, 0.7)
        assert image.origin.tolist() == [-10, 20.5, 7]
        assert image.directions.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
        assert image.warnings == ()


@pytest.mark.parametrize("seed", range(3))
def test_corners_are_those_of_simpleitk(tmp_path, seed):
    """A turned volume that SimpleITK writes lies where SimpleITK says."""
    rng = np.random.default_rng(seed)
    volume = sitk.GetImageFromArray(rng.normal(size=(3, 4, 5)).astype(np.float32))
    volume.SetSpacing(rng.uniform(0.4, 3, 3).tolist())
    volume.SetOrigin(rng.normal(size=3).tolist())
    volume.SetDirection(np.linalg.qr(rng.normal(size=(3, 3)))[0].ravel().tolist())
    sitk.WriteImage(volume, str(tmp_path / "x.nrrd"), seed == 1)
    image = read(tmp_path / "x.nrrd")
    assert np.array_equal(image.pixels, sitk.GetArrayFromImage(volume))
    assert image.spacing == pytest.approx(volume.GetSpacing()[::-1])
    for k, j, i in ((0, 0, 0), (2, 0, 0), (0, 3, 0), (2, 3, 4)):
        point = volume.TransformIndexToPhysicalPoint((i, j, k))
        assert image.place.at((k, j, i), image.spacing) == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize(
    ("space", "signs"),
    [("LPS", (1, 1, 1)), ("right-anterior-superior", (-1, -1, 1)), ("LAS", (1, -1, 1))],
)
def test_spaces_of_the_patient(tmp_path, space, signs):
    """Other names of the patient's axes are turned into left, back and head."""
    image = read(save(tmp_path / "x.nrrd", header=dict(SPACE, space=space)))
    assert image.origin.tolist() == (np.array(signs) * [-10, 20.5, 7]).tolist()
    assert image.directions[::-1].diagonal().tolist() == list(signs)


def test_without_a_place(tmp_path):
    """A space that is not the patient's, or none, leaves the spacing, with a note."""
    other = read(save(tmp_path / "a.nrrd", header=dict(SPACE, space="scanner-xyz")))
    assert (other.place, other.spacing) == (None, (3, 1.5, 0.7))
    assert "scanner-xyz" in other.warnings[0]
    bare = read(save(tmp_path / "b.nrrd", header={"spacings": [1.0, 2.0, 3.0]}))
    assert (bare.place, bare.spacing) == (None, (3, 2, 1))
    assert "names no space" in bare.warnings[0]
    assert read(save(tmp_path / "c.nrrd", header={"content": "x"})).spacing is None
    metres = dict(SPACE, **{"space units": ["m", "m", "m"]})
    assert read(save(tmp_path / "d.nrrd", header=metres)).spacing == (3000, 1500, 700)


def test_data_beside_the_header(tmp_path):
    """Data in a file beside are read, and none from elsewhere."""
    path = save(tmp_path / "x.nhdr", detached_header=True)
    image = read(path)
    assert np.array_equal(image.pixels.T, VOXELS)
    mask = tmp_path / "mask.nhdr"
    mask.write_bytes(path.read_bytes())
    assert np.array_equal(ImageFile(str(path), (str(mask),)).read().mask, image.pixels)
    mask.unlink()
    name = next(p.name for p in tmp_path.iterdir() if p != path).encode()
    for other in (b"../" + name, b"/etc/" + name, b"sub/" + name, b"..\\" + name):
        path.write_bytes(edited(path, (name, other)))
        with pytest.raises(InputError, match="only a file beside it"):
            read(path)
        path.write_bytes(edited(path, (other, name)))
    with pytest.raises(InputError, match="in another file"):
        read_bytes(path.read_bytes())
    path.write_bytes(edited(path, (name, b"gone.raw")))
    with pytest.raises(InputError, match=r"gone\.raw cannot be read: No such file"):
        read(path)
    path.write_bytes(edited(path, (b"gone.raw", b"LIST")))
    with pytest.raises(InputError, match="several files"):
        read(path)


def test_one_component_and_colours(tmp_path):
    """Colours are channels, lists of one are left out, others are named."""
    rgb = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
    kinds = {"kinds": ["RGB-color", "domain", "domain"]}
    image = read(save(tmp_path / "rgb.nrrd", rgb, kinds))
    assert (image.shape, image.channel_axis) == ((5, 4, 3), -1)
    assert np.array_equal(image.pixels[..., 1].T, rgb[1])
    sitk.WriteImage(sitk.GetImageFromArray(rgb.T, isVector=True), str(tmp_path / "s.nrrd"))
    assert np.array_equal(read(tmp_path / "s.nrrd").pixels, rgb.T)
    one = dict(SPACE, kinds=["list", "domain", "domain", "domain"])
    one["space directions"] = np.vstack([[np.nan] * 3, np.diag([0.7, 1.5, 3.0])])
    image = read(save(tmp_path / "one.nrrd", VOXELS[None], one))
    assert (image.shape, image.spacing) == ((6, 5, 4), (3, 1.5, 0.7))
    two = np.stack([VOXELS, VOXELS])
    with pytest.raises(InputError, match=r"two\.nrrd: 2 x 4 x 5 x 6 values"):
        read(save(tmp_path / "two.nrrd", two, one))
    flat = read(save(tmp_path / "flat.nrrd", VOXELS[..., :1]))
    assert (flat.shape, flat.spacing, flat.directions.shape) == ((5, 4), (1.5, 0.7), (2, 3))


def test_labels(tmp_path):
    """A mask has its labels and its place."""
    mask = read_mask(save(tmp_path / "x.nrrd", (VOXELS % 3).astype(np.uint8)))
    assert np.array_equal(mask.labels.T, VOXELS % 3)
    assert mask.place.origin.tolist() == [-10, 20.5, 7]


def test_axes_that_are_no_grid(tmp_path):
    """Axes not at right angles are named."""
    sheared = np.diag([1.0, 1, 1])
    sheared[1, 0] = 0.5
    path = save(tmp_path / "x.nrrd", header={**SPACE, "space directions": sheared})
    with pytest.raises(InputError, match=r"63.4 degrees .*sheared"):
        read(path)


def test_huge_headers_cost_nothing(tmp_path):
    """Declared values beyond the budget are refused; gzip is unpacked no further than declared."""
    path = save(tmp_path / "x.nrrd")
    with pytest.raises(InputError, match=f"more than the {MAX_PIXELS}"):
        read_bytes(edited(path, (b"sizes: 4 5 6", b"sizes: 40000 50000 60000")))
    head, gap, _ = path.read_bytes().partition(b"\n\n")
    bomb = head + gap + gzip.compress(VOXELS.T.tobytes() + bytes(1 << 26))
    assert np.array_equal(read_bytes(bomb).pixels.T, VOXELS)


@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
def test_cut_files_of_nrrd(tmp_path, encoding):
    """A file that ends before its end is a clear error; a last digit may be lost in text."""
    path = save(tmp_path / "x.nrrd", VOXELS[:2, :2, :2], dict(SPACE, encoding=encoding))
    data = path.read_bytes()
    for end in range(len(data) - (4 if encoding == "ascii" else 0)):
        with pytest.raises(InputError):
            read_bytes(data[:end])
    assert read_bytes(data).shape == (2, 2, 2)


def test_damaged_headers(tmp_path):
    """Fields that make no sense are named."""
    path = save(tmp_path / "x.nrrd", header=dict(SPACE, encoding="raw"))
    for change, words in [
        ((b"type: int16", b"type: block"), "type 'block'"),
        ((b"encoding: raw", b"encoding: hex"), "encoded as 'hex'"),
        ((b"endian: little", b"endian: middle"), "endian"),
        ((b"dimension: 3", b"dimension: 4"), "4 axes and 3 sizes"),
        ((b"sizes: 4 5 6", b"sizes: 4 -5 6"), "4 x -5 x 6"),
        ((b"sizes: 4 5 6", b"sizes: 4 5 x"), "NRRD header"),
        ((b"sizes: 4 5 6", b"sizes: 4 5 7"), "truncated"),
        ((b"NRRD0005", b"NRRD0009"), "NRRD header"),
        ((b"encoding: raw", b"encoding: raw\nbyte skip: -2"), "skips"),
        ((b"encoding: raw", b'encoding: raw\nspace units: "in" "in" "in"'), "lengths in in"),
    ]:
        with pytest.raises(InputError, match=words):
            read_bytes(edited(path, change))
    tail = edited(path, (b"encoding: raw", b"encoding: raw\nbyte skip: -1"))
    at = tail.index(b"\n\n") + 2
    assert np.array_equal(read_bytes(tail[:at] + b"junk" + tail[at:]).pixels.T, VOXELS)
