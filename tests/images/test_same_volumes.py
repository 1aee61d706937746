"""The same volume as DICOM series with SEG or RTSTRUCT, as NIfTI and as NRRD: the same image."""

from dataclasses import replace

import nibabel
import numpy as np
import pytest
from hospital_files import write_series

from imgpipe import features
from imgpipe.images import (
    Image,
    ImageFile,
    read_mask,
    read_series,
    read_volume,
    write,
    write_segmentation,
)


def as_dicom(folder, image, labels, patient):
    """Write a volume as a series and its labels as SEG; give both paths."""
    z, y, x = image.directions
    assert np.allclose(np.cross(x, y), z)
    series, mask = folder / f"{patient}-series", folder / f"{patient}-seg.dcm"
    write_series(
        series, image.pixels, image.spacing, patient=patient, origin=tuple(image.origin),
        orientation=(*x, *y),
    )  # fmt: skip
    write_segmentation(mask, labels, series)
    return str(series), str(mask)


def whole_numbers(path):
    """A volume in whole numbers that 16 bits hold, which DICOM and NIfTI store alike."""
    image = read_volume(path)
    values = image.pixels.astype(float)
    if values.max() > 30000:
        values *= 30000 / values.max()
    return Image(np.rint(values).astype(np.int16), None, image.spacing, place=image.place)


def both_ways(folder, shared_data, path):
    """One volume and mask of the hippocampus set, as NIfTI and as DICOM."""
    image, mask = whole_numbers(path), shared_data / "hippocampus" / "masks" / path.name
    write(folder / path.name, image)
    dicom = as_dicom(folder, image, read_mask(mask).labels, path.name[12:15])
    nifti = ImageFile(str(folder / path.name), (str(mask),)).read()
    series = ImageFile(dicom[0], (dicom[1],)).read()
    return nifti, series


def volumes(shared_data):
    masks = shared_data / "hippocampus" / "masks"
    paths = sorted((shared_data / "hippocampus" / "images").iterdir())
    return [path for path in paths if (masks / path.name).exists()]


@pytest.mark.data
def test_features_of_both_are_equal(tmp_path, shared_data):
    """NIfTI with mask, and DICOM series with SEG: every feature of each label is the same."""
    for path in volumes(shared_data)[:2]:
        nifti, series = both_ways(tmp_path, shared_data, path)
        for label in (1, 2):
            a, b = (
                features.extract(
                    image.pixels, image.mask, spacing=image.spacing, label=label,
                    families=["intensity", "histogram", "glcm"],
                )
                for image in (nifti, series)
            )  # fmt: skip
            assert a == pytest.approx(b, rel=1e-12, nan_ok=True)


@pytest.mark.data
@pytest.mark.full
def test_all_volumes_are_equal(tmp_path, shared_data):
    """All 60 volumes and masks are the same arrays at the same place."""
    found = volumes(shared_data)
    assert len(found) == 60
    for path in found:
        nifti, series = both_ways(tmp_path, shared_data, path)
        assert np.array_equal(nifti.pixels, series.pixels)
        assert np.array_equal(nifti.mask, series.mask)
        assert nifti.spacing == pytest.approx(series.spacing, rel=1e-9)
        assert nifti.place.is_same(series.place, series.spacing)


@pytest.mark.data
@pytest.mark.parametrize("modality", ["CT", "PET", "MR_T1"])
def test_the_real_series(tmp_path, shared_data, modality):
    """A real series and its contours survive as NIfTI and as NRRD, and lie where they lay."""
    root = shared_data / "ct_series" / "STS_025" / modality
    contoured = ImageFile(str(root / "image"), (str(root / "mask" / "RS.dcm"),)).read()
    volume = read_volume(root / "image")
    assert np.array_equal(volume.pixels, read_series(root / "image").image.pixels)
    middle = int(contoured.mask.any(axis=(1, 2)).argmax())
    few = slice_range(contoured, middle, middle + 3)
    for suffix in (".nii", ".nrrd"):
        image, mask = tmp_path / f"x{suffix}", tmp_path / f"m{suffix}"
        write(image, few)
        write(mask, volume_of(contoured, contoured.mask))
        found = ImageFile(str(image), (str(mask),)).read()
        assert np.array_equal(found.pixels, few.pixels)
        assert np.array_equal(found.mask, few.mask)
        assert found.place.is_same(few.place, few.spacing)
    affine = nibabel.load(tmp_path / "x.nii").affine
    ours = few.place.at((2, 30, 20), few.spacing)
    assert (affine @ (20, 30, 2, 1))[:3] * (-1, -1, 1) == pytest.approx(ours, abs=1e-3)


def volume_of(image, pixels):
    return Image(pixels, None, image.spacing, place=image.place)


def slice_range(image, first, last):
    """Some slices of a volume, where they lie."""
    place = replace(image.place, origin=image.place.at((first, 0, 0), image.spacing))
    mask = image.mask[first:last]
    return Image(image.pixels[first:last], None, image.spacing, mask, place=place)
