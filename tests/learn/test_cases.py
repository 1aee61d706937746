"""What a model keeps of its training images."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import Dataset, image_digests, synthetic_nodules
from imgpipe.features import extract
from imgpipe.learn import TrainingCases, fit, keeping
from imgpipe.learn.feature_summary import BACKGROUND, FeatureSummary


@pytest.fixture(scope="module")
def nodules() -> Dataset:
    """Few patients, of several images each."""
    return synthetic_nodules(patients=24)


@pytest.fixture(scope="module")
def kept(nodules: Dataset) -> TrainingCases:
    """What a forest of all of them keeps, pictures included."""
    found = fit(nodules, "forest", families="intensity", cases="pictures").cases
    assert found is not None
    return found


def test_everything_is_kept_of_few_images(nodules: Dataset, kept: TrainingCases) -> None:
    """Ids, labels, patients, digests and features stand in the order of the images."""
    assert kept.ids == tuple(nodules.ids)
    assert kept.labels.tolist() == nodules.labels.tolist()
    assert kept.patients == tuple(nodules.groups)
    assert list(kept.digests) == image_digests(nodules.images)
    image = nodules.images[3]
    expected = extract(image.pixels, image.mask, families="intensity", spacing=image.spacing)
    assert kept.names == tuple(expected)
    np.testing.assert_allclose(kept.features[3], list(expected.values()), rtol=1e-6)
    assert dict(zip(kept.names, kept.units, strict=True))["intensity_mean"] == "intensity"


def test_a_picture_shows_its_image(nodules: Dataset, kept: TrainingCases) -> None:
    """The picture of an image goes along with its gray values, and with no other's."""
    picture = kept.pictures([5])[0].astype(float)
    assert picture.shape == kept.shape == (64, 64)

    def alike(i: int) -> float:
        pixels = nodules.images[i].pixels.astype(float)
        return float(np.corrcoef(picture.ravel(), pixels.clip(-1000, 400).ravel())[0, 1])

    assert alike(5) > 0.9
    assert alike(5) > max(alike(i) for i in range(len(nodules)) if i != 5)


def test_nothing_of_single_images_is_kept_unless_asked_for(nodules: Dataset) -> None:
    """No id, patient or picture; numbers of a few images, of which nothing says whose they are."""
    found = fit(nodules, "dummy", families="intensity")
    assert found.cases is None
    summary = found.summary
    assert summary is not None
    assert len(summary.rows) == BACKGROUND
    texts = [*summary.names, *summary.units, *summary.groups]
    assert not {str(name) for name in (*nodules.ids, *nodules.groups)} & set(texts)


def test_what_is_kept_is_asked_for_by_name(nodules: Dataset) -> None:
    """Features without pictures; another word is an error."""
    found = fit(nodules, "dummy", families="intensity", cases="features").cases
    assert found is not None
    assert found.sheet is None
    assert found.pictures([0]) == []
    with pytest.raises(InputError, match="none, features, pictures"):
        fit(nodules, "dummy", cases="picture")


def test_what_is_usual_comes_from_all_images(nodules: Dataset, kept: TrainingCases) -> None:
    """Quartiles by class and the span of each group's leading feature are those of the cases."""
    summary = fit(nodules, "dummy", families="intensity").summary
    assert summary is not None
    for number, name in enumerate(summary.groups):
        column = kept.features[:, kept.names.index(name)].astype(float)
        np.testing.assert_allclose(summary.span[number], np.nanpercentile(column, [5, 95]))
        for code in (0, 1):
            own = np.nanpercentile(column[kept.labels == code], [25, 50, 75])
            np.testing.assert_allclose(summary.quartiles[code, number], own)
    members = [np.flatnonzero(summary.group_of == n) for n in range(len(summary.groups))]
    assert sorted(np.concatenate(members).tolist()) == list(range(len(summary.names)))


def test_damaged_summaries_are_refused(nodules: Dataset) -> None:
    """A part that is missing, of another length, or a group that there is not, is not taken."""
    whole = fit(nodules, "dummy", families="intensity").summary.to_dict()  # type: ignore[union-attr]
    assert FeatureSummary.of_dict(whole).names == whole["names"]
    for broken in (
        None,
        {},
        {**whole, "names": whole["names"][1:]},
        {**whole, "rows": whole["rows"][:0]},
        {**whole, "group_of": whole["group_of"] + len(whole["groups"])},
    ):
        with pytest.raises(InputError, match="summary of features"):
            FeatureSummary.of_dict(broken)


@pytest.mark.parametrize("shape", [(9, 23), (200, 120), (30, 40, 3)])
def test_pictures_of_any_form(shape: tuple[int, ...]) -> None:
    """Colour stays, the longer side is 64 pixels at most, and no picture shines into another."""
    images = np.zeros((90, *shape), np.uint8)
    images[::2] = 255
    axis = -1 if len(shape) == 3 else None
    data = Dataset("x", images, np.arange(90) % 2, ("a", "b"), channel_axis=axis)
    found = fit(data, "dummy", families="intensity", cases="pictures").cases
    assert found is not None
    assert max(found.shape) == min(64, max(shape[:2]))
    for row, picture in zip((0, 41, 89), found.pictures([0, 41, 89]), strict=True):
        assert picture.shape == (*found.shape, *shape[2:])
        assert np.ptp(picture) < 8
        assert abs(int(picture.mean()) - (0 if row % 2 else 255)) < 8


def test_of_many_images_a_sample_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each class keeps its share, and the number of all is told."""
    monkeypatch.setattr(keeping, "MOST", 20)
    labels = np.repeat([0, 1], [90, 10])
    images = np.random.default_rng(0).integers(0, 255, (100, 8, 8)).astype(np.uint8)
    data = Dataset("x", images, labels, ("a", "b"))
    found = fit(data, "dummy", families="intensity", cases="features").cases
    assert found is not None
    assert (len(found), found.of, np.bincount(found.labels).tolist()) == (20, 100, [18, 2])


def test_damaged_cases_are_refused(kept: TrainingCases) -> None:
    """A part that is missing or of another length is not taken."""
    whole = kept.to_dict()
    assert TrainingCases.of_dict(whole).ids == kept.ids
    for broken in (None, {}, {**whole, "ids": kept.ids[1:]}, {**whole, "names": kept.names[1:]}):
        with pytest.raises(InputError, match="training cases"):
            TrainingCases.of_dict(broken)
