"""Masks on another grid than their image, and images at another spacing."""

from dataclasses import replace

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from hospital_files import lesion, write_nifti, write_series

from imgpipe import InputError, features
from imgpipe.images import Image, ImageFile, Images, Place, Window, resample, write

SHAPE = (9, 8, 7)  # i, j, k
RAMP = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
BLOCK = np.zeros(SHAPE, np.uint8)
BLOCK[2:5, 3:6, 1:4] = 3
BLOCK[5:7, 3:6, 1:4] = 5


def save(path, voxels, affine=None):
    nibabel.Nifti1Image(voxels, np.eye(4) if affine is None else affine).to_filename(path)
    return str(path)


def flipped(voxels, affine, axis):
    """The same voxels at the same places, stored the other way round along an axis."""
    turned = affine.copy()
    turned[:3, 3] += affine[:3, axis] * (voxels.shape[axis] - 1)
    turned[:3, axis] *= -1
    return np.flip(voxels, axis), turned


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_masks_stored_the_other_way_round(tmp_path, axis):
    """A mask with flipped or swapped axes lies where its place says, which needs no note."""
    image = save(tmp_path / "image.nii", RAMP)
    voxels, affine = flipped(BLOCK, np.eye(4), axis)
    order = [(axis + 1) % 3, axis, (axis + 2) % 3]
    columns = affine[:, [*order, 3]]
    mask = save(tmp_path / "mask.nii", voxels.transpose(order), columns)
    found = ImageFile(image, (mask,)).read()
    assert np.array_equal(found.mask.T, BLOCK)
    assert found.warnings == ()


def test_a_part_of_the_image_is_enough(tmp_path):
    """A mask of a few slices is put where they lie."""
    affine = np.eye(4)
    affine[:3, 3] = (2, 3, 1)
    mask = save(tmp_path / "mask.nii", BLOCK[2:7, 3:6, 1:4], affine)
    found = ImageFile(save(tmp_path / "image.nii", RAMP), (mask,)).read()
    assert np.array_equal(found.mask.T, BLOCK)
    (note,) = found.warnings
    assert "3 x 3 x 5 pixels at another place than the 7 x 8 x 9 of its image" in note


@pytest.mark.parametrize("seed", range(4))
def test_nearest_neighbours_are_those_of_simpleitk(tmp_path, seed):
    """Oblique masks of other voxels give the labels that SimpleITK gives, with a note."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    affine = np.eye(4)
    affine[:3, :3] = turn * rng.uniform(0.6, 1.4, 3)
    affine[:3, 3] = np.array(SHAPE) / 2 - affine[:3, :3] @ (np.array([12, 11, 10]) - 1) / 2
    labels = rng.integers(0, 4, (12, 11, 10)).astype(np.uint8)
    image = save(tmp_path / "image.nii", RAMP)
    mask = save(tmp_path / "mask.nii", labels, affine)
    found = ImageFile(image, (mask,)).read()
    other = sitk.Resample(
        sitk.ReadImage(mask), sitk.ReadImage(image), sitk.Transform(), sitk.sitkNearestNeighbor, 0
    )
    ours, theirs = found.mask, sitk.GetArrayFromImage(other)
    assert (ours != theirs).mean() < 0.004  # half way between two, in numbers of 32 bits
    assert any("another grid" in note for note in found.warnings)


def test_masks_beyond_the_image(tmp_path):
    """What lies outside is counted; a mask of which nothing lies inside is an error."""
    image = save(tmp_path / "image.nii", RAMP)
    affine = np.eye(4)
    affine[0, 3] = -3
    found = ImageFile(image, (save(tmp_path / "some.nii", BLOCK, affine),)).read()
    assert np.array_equal(found.mask.T[:6], BLOCK[3:])
    assert "9 of 45 pixels inside lie beyond the image" in found.warnings[1]
    affine[0, 3] = 50
    with pytest.raises(InputError, match=r"none\.nii: lies wholly beyond its image"):
        ImageFile(image, (save(tmp_path / "none.nii", BLOCK, affine),)).read()


def test_without_a_place_shapes_must_agree(tmp_path):
    """A mask without a place is taken pixel by pixel, and another shape is an error."""
    image = save(tmp_path / "image.nii", RAMP)
    write(tmp_path / "same.npy", BLOCK.T)
    assert np.array_equal(ImageFile(image, (str(tmp_path / "same.npy"),)).read().mask.T, BLOCK)
    write(tmp_path / "other.npy", BLOCK)
    with pytest.raises(InputError, match=r"other\.npy: a mask of shape .* the mask does not say"):
        ImageFile(image, (str(tmp_path / "other.npy"),)).read()


def test_several_masks_are_united_on_the_image(tmp_path):
    """Masks with grids of their own are one mask on that of the image."""
    affine = np.diag([-1, 1, 1, 1.0])
    affine[0, 3] = 8
    masks = (save(tmp_path / "a.nii", BLOCK), save(tmp_path / "b.nii", BLOCK, affine))
    found = ImageFile(save(tmp_path / "image.nii", RAMP), masks).read()
    assert np.array_equal(found.mask.T, (BLOCK != 0) | (BLOCK[::-1] != 0))


@pytest.mark.parametrize("interpolation", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("spacing", [0.7, (2.0, 1.0, 0.5)])
def test_resampling_is_that_of_the_features(interpolation, spacing):
    """Pixels and mask are those of `features.resample`; the place moves with the first pixel."""
    rng = np.random.default_rng(3)
    place = Place(np.array([10.0, 20, 30]), np.eye(3)[::-1])
    image = Image(rng.normal(size=(6, 7, 8)), None, (1.5, 0.9, 1.1), place=place)
    image = replace(image, mask=image.pixels > 0)
    found = resample(image, spacing, interpolation=interpolation)
    expected = features.resample(image.pixels, image.spacing, spacing, interpolation=interpolation)
    assert np.allclose(found.pixels, expected)
    mask = features.resample_mask(image.mask, image.spacing, spacing)
    assert np.array_equal(found.mask, mask)
    for grid in (image, found):
        middle = (np.array(grid.shape) - 1) / 2
        assert grid.place.at(middle, grid.spacing) == pytest.approx(
            image.place.at((np.array(image.shape) - 1) / 2, image.spacing)
        )


def test_resampling_keeps_types_and_labels():
    """Nearest neighbours and rounding keep integers; labels stay labels; colours are channels."""
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    image = Image(pixels, -1, (1.0, 1.0), mask=np.arange(16).reshape(4, 4))
    half = resample(image, 2, interpolation="nearest")
    assert half.pixels.dtype == np.uint8
    assert half.pixels.shape == (2, 2, 3)
    assert set(half.mask.ravel()) <= set(range(16))
    rounded = resample(image, 0.5, rounding=True).pixels
    assert (rounded.dtype, rounded.shape) == (np.uint8, (8, 8, 3))
    assert resample(image, 0.5).pixels.dtype == np.float64
    with pytest.raises(InputError, match="without spacing"):
        resample(Image(pixels, -1), 2)
    with pytest.raises(InputError, match="NaN"):
        resample(Image(np.full((4, 4), np.nan), None, (1, 1)), 2)


def test_images_in_memory_keep_their_places():
    """A stack of images has the place and the windows of each, resized and chosen, too."""
    windows = (Window(40.0, 400.0),)
    single = [
        Image(np.full((4, 6), k, np.int16), None, (1.0, 2.0), unit="HU", windows=windows,
              place=Place(np.array([0.0, 0, k]), np.eye(3)[1:]))
        for k in range(5)
    ]  # fmt: skip
    images = Images(single)
    assert images.in_memory
    assert images.shape == (5, 4, 6)
    found = images[[4, 2]][1]
    assert found.place.origin.tolist() == [0, 0, 2]
    assert (found.unit, found.windows) == ("HU", windows)
    half = images.resized((2, 3))[3]
    assert half.spacing == (2, 4)
    assert half.place.at((0.5, 1), half.spacing) == pytest.approx(
        single[3].place.at((1.5, 2.5), (1, 2))
    )
    assert Images(np.zeros((2, 4, 4)))[1].place is None


def test_a_mask_of_one_slice(tmp_path):
    """A lesion drawn on one slice is on that slice of the volume; one of another plane is named."""
    image = save(tmp_path / "image.nii", RAMP)
    affine = np.eye(4)
    affine[2, 3] = 5
    mask = save(tmp_path / "mask.nii", BLOCK[:, :, 2], affine)
    found = ImageFile(image, (mask,)).read()
    assert np.array_equal(found.mask[5], BLOCK[:, :, 2].T)
    assert np.count_nonzero(found.mask) == np.count_nonzero(BLOCK[:, :, 2])
    assert "at another place" in found.warnings[0]
    flat = save(tmp_path / "flat.nii", RAMP[:, :, 0])
    with pytest.raises(InputError, match="another plane than its image"):
        ImageFile(flat, (mask,)).read()


def test_slice_beside_the_lesion(tmp_path):
    """A slice on which a mask is empty has an empty mask; one beyond the mask is refused."""
    pixels, inside = lesion(0)
    write_series(tmp_path / "ct", pixels)
    write_nifti(tmp_path / "mask.nii.gz", inside.astype(np.uint8))
    mask = (str(tmp_path / "mask.nii.gz"),)
    for k in range(len(pixels)):
        image = ImageFile(str(tmp_path / "ct" / f"{999 - k}.dcm"), mask).read()
        assert np.array_equal(image.mask, inside[k])
    assert not inside[0].any()
    write_series(tmp_path / "far", pixels, origin=(-20.0, 30.0, 500.0))
    with pytest.raises(InputError, match="do not belong together"):
        ImageFile(str(tmp_path / "far" / "999.dcm"), mask).read()
    with pytest.raises(InputError, match="the mask is the image itself"):
        ImageFile(mask[0], mask).read()


def test_resample_of_an_array():
    """An array says no spacing."""
    with pytest.raises(InputError, match="ndarray says no spacing; give an Image"):
        resample(np.zeros((3, 3)), 1)
