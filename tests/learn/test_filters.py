"""Filters: kernels over images, whose settings are those of the kernel and no others."""

import inspect
import pickle
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from imgpipe import InputError, kernels
from imgpipe.learn import Filter, make_pipeline, transformers

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (6, 12, 10), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (4, 12, 10, 3), dtype=np.uint8)
MIXED = [RNG.integers(0, 4000, shape, dtype=np.uint16) for shape in ((9, 9), (12, 7), (9, 9))]
LABELS = np.arange(6) % 2
NEEDED: dict[str, Any] = {"sigma": 1.5, "weights": np.ones((3, 3))}  # without a default


def settings_of(name: str) -> dict[str, inspect.Parameter]:
    """Parameters of a kernel but the image and the axes."""
    parameters = dict(inspect.signature(kernels.FILTERS[name]).parameters)
    del parameters[next(iter(parameters))], parameters["axes"]
    return parameters


@pytest.mark.parametrize("name", ["median", "gaussian", "mean", "erosion"])
def test_a_stack_is_filtered_image_by_image(name: str) -> None:
    """One call on a stack gives what the kernel gives for each image."""
    setting = {"sigma": 0.8} if name == "gaussian" else {"size": 3}
    found = Filter(name, **setting).transform(STACK)
    expected = np.stack([kernels.FILTERS[name](image, **setting) for image in STACK])
    np.testing.assert_array_equal(found, expected)


def test_colour_channels_are_filtered_apart() -> None:
    """No channel leaks into another."""
    found = Filter("median", size=3, channel_axis=-1).transform(COLOUR)
    expected = np.stack(
        [
            np.stack([kernels.median(image[..., c], 3) for c in range(3)], axis=-1)
            for image in COLOUR
        ]
    )
    np.testing.assert_array_equal(found, expected)


def test_images_of_differing_sizes_stay_a_list() -> None:
    """A sequence of images of any sizes comes back as a list of the same sizes and dtype."""
    found = Filter("median", size=(3, 1)).transform(MIXED)
    for image, out in zip(MIXED, found, strict=True):
        np.testing.assert_array_equal(out, kernels.median(image, (3, 1)))
        assert out.dtype == np.uint16


def test_the_input_is_left_alone() -> None:
    """A filter never writes into its input."""
    before = STACK.copy()
    Filter("erosion").transform(STACK)
    np.testing.assert_array_equal(STACK, before)


def test_unknown_kernel_names_those_there_are() -> None:
    """A wrong name is answered with the list of right ones."""
    with pytest.raises(InputError, match=r"no filter is named 'medain'; choose from .*median"):
        Filter("medain").transform(STACK)


@pytest.mark.parametrize("name", kernels.OWN)
def test_a_filter_takes_its_kernels_settings_and_no_others(name: str) -> None:
    """Each setting of a kernel is taken and listed; one of any other kernel is refused by name."""
    own = settings_of(name)
    for setting in {key for each in kernels.OWN for key in settings_of(each)} | {"sgima"}:
        if setting in own:
            assert Filter(name, **{setting: 7}).get_params()[setting] == 7
            continue
        with pytest.raises(
            InputError, match=rf"{name} takes no setting '{setting}'; it takes "
        ) as e:
            Filter(name, **{setting: 7})
        assert all(key in str(e.value) for key in own)
        with pytest.raises(InputError, match=f"takes no setting '{setting}'"):
            Filter(name).set_params(**{setting: 7})


@pytest.mark.parametrize("name", kernels.OWN)
def test_defaults_are_the_kernels(name: str) -> None:
    """A setting that is not given has the kernel's default; one without a default is asked for."""
    own = settings_of(name)
    defaults = {k: p.default for k, p in own.items() if p.default is not p.empty}
    params = Filter(name).get_params()
    assert params == {"name": name, "channel_axis": None, **defaults}
    for missing in set(own) - set(defaults):
        for call in ("fit", "transform"):
            with pytest.raises(InputError, match=f"{name} needs {missing}"):
                getattr(Filter(name), call)(STACK)


def test_a_misspelt_setting_is_suggested() -> None:
    """The error says which setting may have been meant."""
    with pytest.raises(InputError, match=r"did you mean sigma\?"):
        Filter("gaussian", simga=2)


def test_every_setting_counts() -> None:
    """What the kernel gives with each setting is what the filter gives."""
    given: dict[str, dict[str, Any]] = {
        "median": {"footprint": np.eye(3, dtype=bool), "mode": "nearest", "origin": (1, 0)},
        "gaussian": {"sigma": (2.0, 0.5), "truncate": 2.0, "mode": "constant", "cval": 9.0},
        "mean": {"size": (3, 5), "output": np.float32},
        "convolve": {"weights": np.arange(9.0).reshape(3, 3) / 36, "mode": "wrap"},
        "sobel": {"axis": 0},
    }
    for name, settings in given.items():
        expected = [kernels.FILTERS[name](image, **settings) for image in STACK]
        found = Filter(name, **settings).fit_transform(STACK)
        plain = Filter(name, **{k: v for k, v in NEEDED.items() if k in settings_of(name)})
        np.testing.assert_array_equal(found, expected)
        assert not np.array_equal(found, plain.fit_transform(STACK))


@pytest.mark.parametrize("mode", [{}, {"mode": "nearest"}, {"mode": ("nearest", "wrap")}])
def test_a_value_beyond_no_constant_border_is_refused(mode: dict[str, Any]) -> None:
    """`cval` means something to constant borders only, of any axis; else it is not dropped."""
    with pytest.raises(InputError, match="cval is the value beyond the border"):
        Filter("median", cval=7, **mode).fit(STACK)
    for constant in ("constant", "grid-constant", ("nearest", "constant")):
        found = Filter("median", cval=7, mode=constant).fit_transform(STACK)
        expected = [kernels.median(image, cval=7, mode=constant) for image in STACK]
        np.testing.assert_array_equal(found, expected)


def test_an_output_array_is_refused() -> None:
    """All images would be written into one array, over one another."""
    with pytest.raises(InputError, match="output is an array"):
        Filter("mean", output=np.empty((12, 10)))


def test_the_axes_are_not_a_setting() -> None:
    """Which axes a kernel slides along follows from the images."""
    with pytest.raises(InputError, match="median takes no setting 'axes'"):
        Filter("median", axes=(0,))


@pytest.mark.parametrize("copied", [clone, lambda f: pickle.loads(pickle.dumps(f))])
def test_copies_have_the_same_settings(copied: Any) -> None:
    """Clones and pickles keep what was given, and show no more than that."""
    original = Filter("gaussian", sigma=2.0, mode="nearest", channel_axis=-1)
    copy = copied(original)
    assert copy.get_params() == original.get_params()
    assert copy.get_params(deep=False) == original.get_params(deep=False)
    assert repr(copy) == repr(original)
    assert "cval" not in repr(original)


def test_a_setting_is_an_attribute() -> None:
    """As with any estimator, a setting that was given can be read and assigned."""
    chosen = Filter("median", size=3)
    chosen.size = 5  # type: ignore[attr-defined]
    assert chosen.get_params()["size"] == 5
    np.testing.assert_array_equal(
        chosen.transform(STACK), Filter("median", size=5).transform(STACK)
    )


def test_a_grid_goes_over_kernels_and_their_settings() -> None:
    """Kernels can be searched, each with its own settings, also where none was given before."""
    grid = [
        {"filter_1__name": ["median", "mean"], "filter_1__size": [3, 5]},
        {"filter_1__name": ["gaussian"], "filter_1__sigma": [1.0]},
    ]
    pipeline = make_pipeline("dummy", filters=["median"], families="intensity")
    assert pipeline.get_params()["filter_1__size"] == 3
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(STACK, LABELS)
    assert len(search.cv_results_["params"]) == 5


def test_a_new_kernel_does_not_inherit_what_it_does_not_take() -> None:
    """A change of the kernel names the setting that the new one has no use for."""
    chosen = Filter("median", size=5)
    with pytest.raises(InputError, match="gaussian takes no setting 'size'"):
        chosen.set_params(name="gaussian", sigma=1)
    assert chosen.get_params(deep=False) == {"name": "median", "channel_axis": None, "size": 5}


def test_names_of_features_go_through_filters() -> None:
    """The steps before the classifier name their features, with filters as without."""
    filtered = make_pipeline("forest", filters=["median", "mean"], families="intensity")
    plain = make_pipeline("forest", families="intensity")
    names = [p.fit(STACK, LABELS)[:-1].get_feature_names_out().tolist() for p in (filtered, plain)]
    assert names[0] == names[1]
    assert "intensity_mean" in names[0]


def test_filtered_images_are_never_a_table() -> None:
    """scikit-learn's choice of tables as output leaves images alone."""
    with sklearn.config_context(transform_output="pandas"):
        found = Filter("median").fit_transform(STACK)
        assert Filter("median").set_output(transform="pandas").fit_transform(STACK).ndim == 3
        pipeline = make_pipeline("forest", filters=["median"], families="intensity")
        pipeline.fit(STACK, LABELS)
    assert isinstance(found, np.ndarray)
    assert found.shape == STACK.shape


@pytest.mark.parametrize(
    "given",
    [
        [("gaussian", {"sigma": 2})],
        ("gaussian", {"sigma": 2}),
        [["gaussian", {"sigma": 2}]],
        Filter("gaussian", sigma=2),
        [Filter("gaussian", sigma=2)],
    ],
)
def test_a_filter_is_given_in_several_ways(given: Any) -> None:
    """A pair of name and settings, or a filter, alone or in a list, becomes the first step."""
    pipeline = make_pipeline("svm", filters=given)
    assert pipeline["filter_1"].get_params(deep=False) == {
        "name": "gaussian",
        "channel_axis": None,
        "sigma": 2,
    }
    assert pipeline.steps[1][0] == "features"


def test_a_single_name_is_a_filter() -> None:
    """A word is the name of a kernel, not a list of letters."""
    assert make_pipeline("svm", filters="median")["filter_1"].name == "median"


@pytest.mark.parametrize(
    "given", [7, [7], [("gaussian", 2)], [{"sigma": 2}], [np.median], [("gaussian", {}, 1)]]
)
def test_what_is_no_filter_says_what_is(given: Any) -> None:
    """The error names the ways in which a filter can be given."""
    with pytest.raises(InputError, match=r'a filter is of type \w+; give .*"sigma": 2'):
        make_pipeline("svm", filters=given)


def test_a_pair_with_a_wrong_setting() -> None:
    """Settings in a pair are checked as those of a filter are."""
    with pytest.raises(InputError, match="gaussian takes no setting 'size'"):
        make_pipeline("svm", filters=[("gaussian", {"size": 2})])


def test_a_pickle_of_before_can_be_read() -> None:
    """A filter pickled when every filter had all settings keeps those of its kernel."""
    old = {"name": "median", "size": 5, "sigma": 1.0, "weights": None, "footprint": None}
    restored = Filter.__new__(transformers.Filter)
    restored.__setstate__(old | {"mode": "reflect", "cval": 0.0, "channel_axis": None})
    np.testing.assert_array_equal(
        restored.transform(STACK), Filter("median", size=5).transform(STACK)
    )
