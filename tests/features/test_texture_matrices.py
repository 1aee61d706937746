"""Run length, zone, dependence and tone difference matrices against plain Python."""

import numpy as np
import pytest
import texture_oracles as naive
from hypothesis import given, settings
from hypothesis import strategies as st

from imgpipe import InputError
from imgpipe.features import catalogue, extract, extract_many, gldzm, glrlm, glszm, ngldm, ngtdm

RUN_CODES = ["BTW3", "SUJT", "JJUI", "ZW7Z", "ITBB", "IAZD"]
ZONE_CODES = ["8QNN", "62GR", "KOBO"]
COUNTS = {
    "glrlm": (glrlm, RUN_CODES, lambda levels, mask, code: naive.run_matrices(levels, code)),
    "glszm": (glszm, ZONE_CODES, lambda levels, mask, c: naive.zone_matrices(levels, mask, c, 1)),
    "gldzm": (gldzm, ZONE_CODES, lambda levels, mask, c: naive.zone_matrices(levels, mask, c, 2)),
    "ngldm": (ngldm, ZONE_CODES, lambda levels, mask, c: naive.dependence_matrices(levels, c)),
}
CASES = [(family, code) for family, (_, codes, _) in COUNTS.items() for code in codes]
TEXTURES = [*COUNTS, "ngtdm"]


def volume(seed, shape=(3, 5, 6), top=4):
    """Gray levels with large patches, and an irregular mask that leaves out a whole slice."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(1, top + 1, tuple(-(-n // 2) for n in shape))
    levels = np.kron(coarse, np.ones((2, 2, 2), int))[: shape[0], : shape[1], : shape[2]]
    spots = rng.random(shape) < 0.3
    levels[spots] = rng.integers(1, top + 1, spots.sum())
    mask = rng.random(shape) < 0.8
    mask[rng.integers(shape[0])] = False
    mask[tuple(n // 2 for n in shape)] = True
    return levels, mask


def dense(things, shape):
    out = np.zeros(shape, int)
    for i, j in things:
        out[i - 1, j - 1] += 1
    return out


@pytest.mark.parametrize(("family", "code"), CASES)
def test_matrix_equals_the_naive_count(family, code):
    """Every matrix of counts holds what a plain count finds, in the promised order."""
    module, _, count = COUNTS[family]
    for seed in range(3):
        levels, mask = volume(seed)
        found = module.matrix(levels, mask, bins=None, aggregation=code)
        expected = count(np.where(mask, levels, 0), mask, code)
        assert len(found) == len(expected)
        for one, (things, _) in zip(found, expected, strict=True):
            assert np.array_equal(one, dense(things, one.shape))


@pytest.mark.parametrize(("family", "code"), CASES)
def test_features_equal_the_naive_formulas(family, code):
    """Every feature follows from its definition, averaged over the matrices."""
    _, _, count = COUNTS[family]
    for seed in range(3):
        levels, mask = volume(seed)
        found = extract(levels, mask, families=family, bins=None, aggregation=code)
        matrices = count(np.where(mask, levels, 0), mask, code)
        expected = np.mean([naive.count_features(*m) for m in matrices], axis=0)
        assert list(found.values()) == pytest.approx(expected[: len(found)], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("code", ZONE_CODES)
def test_tone_differences_equal_the_naive_ones(code):
    """Matrix and features of tone differences follow from their definition."""
    for seed in range(3):
        levels, mask = volume(seed)
        matrices = naive.tone_matrices(np.where(mask, levels, 0), code)
        found = ngtdm.matrix(levels, mask, bins=None, aggregation=code)
        assert len(found) == len(matrices)
        for one, (things, n) in zip(found, matrices, strict=True):
            for gray, row in enumerate(one, start=1):
                differences = [d for i, d in things if i == gray]
                expected = [len(differences), len(differences) / n, sum(differences)]
                assert row == pytest.approx(expected, rel=1e-12)
        rows = [naive.tone_features(*m) for m in matrices]
        means = [np.mean([r for r in row if r is not None]) for row in zip(*rows, strict=True)]
        values = extract(levels, mask, families="ngtdm", bins=None, aggregation=code)
        assert list(values.values()) == pytest.approx(means, rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5)),
    top=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_shape(shape, top, seed):
    """Zones are right for thin, single-level and single-pixel volumes as well."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(1, top + 1, shape)
    mask = rng.random(shape) < 0.7
    mask.flat[rng.integers(mask.size)] = True
    inside = np.where(mask, levels, 0)
    for family, code in (
        ("glszm", "KOBO"),
        ("gldzm", "KOBO"),
        ("gldzm", "62GR"),
        ("glrlm", "IAZD"),
    ):
        module, _, count = COUNTS[family]
        [one] = module.matrix(levels, mask, bins=None, aggregation=code)
        [(things, _)] = count(inside, mask, code)
        assert np.array_equal(one, dense(things, one.shape))


@pytest.mark.parametrize("family", TEXTURES)
def test_image_is_one_slice(family):
    """An image has the features of a volume of one slice."""
    levels, _ = volume(5)
    code = "SUJT" if family == "glrlm" else "8QNN"
    image = extract(levels[0], families=family, bins=None, aggregation=code)
    assert image == extract(levels[:1], families=family, bins=None, aggregation=code)


@pytest.mark.parametrize("family", TEXTURES)
def test_turning_a_cube_changes_no_merged_feature(family):
    """A volume may be turned about any axis: merged features stay, to the last bit."""
    levels, mask = volume(6, (5, 5, 5))
    expected = extract(levels, mask, families=family, bins=None)
    for axes in ((0, 1), (0, 2), (1, 2)):
        turned = extract(np.rot90(levels, axes=axes), np.rot90(mask, axes=axes), families=family,
                         bins=None)  # fmt: skip
        assert turned == expected


def test_distance_comes_from_the_mask_of_the_shape():
    """Re-segmentation leaves holes in the zones, but no new edge."""
    image = np.ones((5, 5), int)
    image[1:4, 1:4] = 2
    image[2, 2] = 3
    assert gldzm.matrix(image, bins=None)[0].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    kept = gldzm.matrix(image, bins=None, range=(2, 3))[0]
    assert kept.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 1]]
    shape = np.zeros((5, 5), int)
    shape[1:4, 1:4] = 1
    nearer = gldzm.matrix(image, bins=None, morphological_mask=shape)[0]
    # what lies outside the mask of the shape is at its edge
    assert nearer.tolist() == [[1, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("family", TEXTURES)
def test_one_gray_level_and_one_pixel(family):
    """Only tone differences have no value where nothing differs; there they are NaN."""
    for image in (np.full((4, 5), 7.0), np.array([[3.0]])):
        values = extract(image, families=family)
        undefined = {name for name, value in values.items() if np.isnan(value)}
        if family != "ngtdm":
            assert undefined == set()
        elif image.size == 1:
            assert undefined == set(values)
        else:
            parts = ("coarseness", "contrast", "busyness", "strength")
            assert undefined == {f"ngtdm_{part}" for part in parts}
            assert values["ngtdm_complexity"] == 0


@pytest.mark.parametrize("family", ["glcm", *TEXTURES])
@pytest.mark.parametrize("shape", [(20, 5, 64, 64), (3, 1, 9, 9), (2, 70, 4, 90)])
@pytest.mark.jit
def test_sums_over_slices_are_counts_of_all(family, shape, rng):
    """Asked for together, to the last bit the aggregations are what they are one by one."""
    volumes = rng.normal(size=shape)
    volumes[1] = np.round(volumes[1])
    masks = rng.random(shape) < 0.8
    masks[:, -1] = shape[1] == 1
    together, names = extract_many(volumes, masks, families=family, aggregation="all", bins=9)
    codes = RUN_CODES if family in ("glcm", "glrlm") else ZONE_CODES
    for code in codes:
        alone, some = extract_many(volumes, masks, families=family, aggregation=code, bins=9)
        np.testing.assert_array_equal(together[:, [names.index(name) for name in some]], alone)


@pytest.mark.parametrize("module", [glrlm, glszm, gldzm, ngtdm, ngldm])
def test_matrix_takes_one_aggregation_of_its_kind(module):
    """More than one aggregation, or one of volumes for an image, is refused."""
    image = np.arange(9).reshape(3, 3)
    with pytest.raises(InputError, match="one aggregation, not 'all'"):
        module.matrix(image, aggregation="all")
    with pytest.raises(InputError, match="needs a volume"):
        module.matrix(image, aggregation="KOBO")


@pytest.mark.parametrize("module", [glrlm, glszm, gldzm, ngtdm, ngldm])
def test_matrix_takes_no_setting_that_it_does_not_use(module):
    """What says nothing about the matrix is refused as Python refuses an unknown argument."""
    for setting in ("distance", "families", "spacing", "binwidth"):
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{setting}'"):
            module.matrix(np.eye(3), **{setting: 1})


@pytest.mark.parametrize("family", TEXTURES)
def test_every_row_has_a_formula(family):
    """Each feature of a family has an IBSI id of its own and a formula."""
    module = {**{name: c[0] for name, c in COUNTS.items()}, "ngtdm": ngtdm}[family]
    ids = [definition.ibsi for definition in module.DEFINITIONS]
    assert all(definition.formula for definition in module.DEFINITIONS)
    assert len(set(ids)) == len(ids) == len(catalogue(family))
