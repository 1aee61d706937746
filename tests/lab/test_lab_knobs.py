"""What can be turned: every step that needs an image alone, within bounds in which it works."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from lab_images import KINDS, defaults, ends, lab_image, pairs_of

from imgpipe import kernels
from imgpipe._common.texts import Text
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.enhance.choosing import settings_of
from imgpipe.images import Image
from imgpipe.kernels import FILTERS
from imgpipe.lab.app.starting import pieces
from imgpipe.lab.chain import Chain, StepRefused
from imgpipe.lab.knobs import GROUPS, catalogue, left_out
from imgpipe.report.languages import speaking, tell
from imgpipe.segment.choosing import segmenter_named
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.registry import RECIPES, SEGMENTERS

STEPS = {step["name"]: step for step in catalogue()}
SETTINGS = [(name, each) for name, step in STEPS.items() for each in step["settings"]]
NAMES = [f"{name}-{each['name']}" for name, each in SETTINGS]
# of which others compile the loops, or which have none
QUICK = ("median", "gaussian", "sobel", "window", "gamma", "clahe", "resize", "otsu", "lungs")


@pytest.fixture
def plug_ins() -> Iterator[None]:
    """A kernel and a segmenter of another package."""

    def brighter(
        image: np.ndarray,
        by: int = 4,
        share: float = 0.5,
        twice: bool = False,
        how: str = "a",
        *,
        axes: Any = None,
    ) -> np.ndarray:
        """Add a number.

        And more.
        """
        return image + np.array(by, image.dtype)

    def nearest(image: Any, level: float, *, axes: Any = None) -> np.ndarray:
        """Do what nobody can guess."""
        return image

    def upper(image: Any, rows: int = 3) -> np.ndarray:
        return np.indices(np.shape(image))[0] < rows

    kernels.register("brighter", brighter)
    kernels.register("nearest", nearest)
    SEGMENTERS.register("upper", Segmenter(upper, "the upper rows"))
    yield
    del kernels.KERNELS["brighter"], kernels.KERNELS["nearest"], SEGMENTERS["upper"]


def test_every_step_is_listed_or_left_out_with_a_reason() -> None:
    """Nothing of the registries is dropped in silence."""
    there = {*FILTERS, *ENHANCEMENTS, *SEGMENTERS, *RECIPES}
    assert set(STEPS) | set(left_out()) == there
    assert set(STEPS) & set(left_out()) == set()
    assert {"match_histogram", "region-growing", "watershed"} <= set(left_out())
    assert all(isinstance(why, Text) and why for why in left_out().values())


def test_it_is_json() -> None:
    assert json.loads(json.dumps(catalogue(), allow_nan=False)) == json.loads(
        json.dumps(list(STEPS.values()))
    )
    for step in STEPS.values():
        assert set(step) == {"name", "group", "title", "about", "settings"}
        assert step["title"]
        assert step["about"]
        assert step["group"] in GROUPS
    assert {step["group"] for step in STEPS.values()} == set(GROUPS)


@pytest.mark.parametrize(
    ("step", "setting"), SETTINGS, ids=[f"{s}-{k['name']}" for s, k in SETTINGS]
)
def test_a_slider_can_show_its_default(step: str, setting: dict[str, Any]) -> None:
    """Defaults lie within the bounds and on a step of the slider, or among the choices."""
    value = setting["default"]
    if setting["kind"] == "choice":
        assert value in [each["value"] for each in setting["choices"]]
        assert all(each["title"] for each in setting["choices"])
    elif setting["kind"] == "flag":
        assert type(value) is bool
    else:
        assert setting["low"] < setting["high"]
        whole = [x for x in (value, setting["low"], setting["high"]) if x is not None]
        if setting["kind"] == "integer":
            assert all(type(x) is int for x in (*whole, setting["step"]))
        for x in whole:
            assert setting["low"] <= x <= setting["high"]
            steps = (x - setting["low"]) / setting["step"]
            assert steps == pytest.approx(round(steps), abs=1e-6)
    assert value is not None or setting["optional"]


@pytest.mark.parametrize(
    ("step", "setting"), SETTINGS, ids=[f"{s}-{k['name']}" for s, k in SETTINGS]
)
def test_defaults_are_those_of_the_function(step: str, setting: dict[str, Any]) -> None:
    """What the page begins with is what a call without settings does, where that can be."""
    segmentation = STEPS[step]["group"] == "segmentation"
    known = segmenter_named(step).settings if segmentation else settings_of(step)
    default = known[setting["name"]].default
    if default is not inspect.Parameter.empty and (step, setting["name"]) != ("window", "preset"):
        assert setting["default"] == default


def test_plug_ins_appear_by_themselves(plug_ins: None) -> None:
    """Bounds follow the type of a default; what cannot be guessed stays, or is left out."""
    found = {step["name"]: step for step in catalogue()}
    step = found["brighter"]
    assert (step["title"], step["about"], step["group"]) == (
        "brighter",
        "Add a number.",
        "smoothing",
    )
    turned = {each["name"]: (each["kind"], each["low"], each["high"]) for each in step["settings"]}
    assert turned == {
        "by": ("integer", 1, 16),
        "share": ("number", 0.0, 2.0),
        "twice": ("flag", None, None),
    }
    assert found["upper"]["about"] == "the upper rows"
    assert "no value suggests itself" in left_out()["nearest"]
    chain = Chain.of([["brighter", defaults(step)]], ["upper", {"rows": 2}])
    made = chain.apply(Image(np.zeros((4, 5), np.uint8)))
    assert (made.image.pixels == 4).all()
    assert made.mask is not None
    assert made.mask.sum() == 10


def test_an_optional_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgpipe.lab.knobs.listing.find_spec", lambda name: None)
    assert left_out()["n4"] == "it needs SimpleITK, which is not installed"
    assert "n4" not in [step["name"] for step in catalogue()]


def test_all_words_are_chinese_in_chinese() -> None:
    """Texts are told in the language that is spoken; names of people and methods stay."""
    with speaking("zh"):
        texts = [tell(each) for step in STEPS.values() for each in (step["title"], step["about"])]
        texts += [tell(setting["title"]) for _, setting in SETTINGS]
    assert [text for text in texts if text.isascii()] == []


def _works_or_refuses(step: dict[str, Any], image: Image) -> None:
    """Laws of a step at its default and at the ends of each of its ranges."""
    for settings in ends(step):
        filters, segmentation = json.loads(json.dumps(pairs_of(step, settings)))
        made = _made_or_refusal(Chain.of(filters, segmentation), image)
        if isinstance(made, StepRefused):
            assert made.step == 0
            assert 10 < len(str(made)) < 300
            assert "\n" not in str(made)
            continue
        assert made.image.pixels.dtype.kind in "biuf"
        assert made.image.pixels.ndim == 2
        if segmentation is not None:
            assert made.mask.dtype == bool
            assert made.mask.shape == made.image.pixels.shape


def _made_or_refusal(chain: Chain, image: Image) -> Any:
    try:
        return chain.apply(image)
    except StepRefused as refused:
        return refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", QUICK)
def test_a_step_works_or_refuses_in_one_sentence(name: str, kind: str) -> None:
    """At the default of each setting, its lowest and highest value, and each choice."""
    _works_or_refuses(STEPS[name], lab_image(kind, 64))


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STEPS)
def test_a_step_works_at_full_size(name: str, kind: str) -> None:
    """The same for every step and 512 x 512 pixels, for which the ranges were chosen."""
    _works_or_refuses(STEPS[name], lab_image(kind))


@pytest.mark.full
@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_of_use_on_some_image(name: str) -> None:
    """No step is refused on all images as the page begins with it."""
    filters, segmentation = pairs_of(STEPS[name], defaults(STEPS[name]))
    chain = Chain.of(filters, segmentation)
    made = [_made_or_refusal(chain, lab_image(kind, 64)) for kind in KINDS]
    assert not all(isinstance(each, StepRefused) for each in made), made


def test_each_step_is_prepared_as_the_page_begins_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a lab prepares when it starts is every step with its settings, those it needs too."""
    tried = []

    def noted(self: Chain, image: Image) -> Any:
        tried.extend(self.filters or [self.segment])
        raise StepRefused("not now", 0)

    monkeypatch.setattr(Chain, "apply", noted)
    for piece in pieces():
        piece()
    assert {step.name for step in tried} == set(STEPS)
    assert {"size": 3, "mode": "reflect"} in [step.settings for step in tried]
