"""Fixed words of a result have names in every language."""

from collections.abc import Callable

import pytest

from imgpipe._common.texts import Text
from imgpipe.report.languages import speaking, tell
from imgpipe.report.words.fixed import (
    chosen_on_name,
    kind_name,
    region_name,
    rule_name,
    severity_name,
    split_name,
    verdict_name,
)

NAMED = {
    kind_name: ("given split", "cross-validation", "external set", "held-out evaluation"),
    verdict_name: (
        "better",
        "no detectable difference",
        "equivalent within the margin",
        "too few to say",
    ),
    severity_name: ("error", "warning", "note"),
    rule_name: (
        "highest probability",
        "balanced accuracy",
        "specificity 0.95",
        "sensitivity 0.90",
        "average precision",
        "sensitivity at specificity 0.95",
        "specificity at sensitivity 0.90",
    ),
    chosen_on_name: ("validation part", "inner folds", None),
    split_name: ("train", "val", "test", "all", "fold 3"),
    region_name: ("mask", "box", "image", "table"),
}


@pytest.mark.parametrize("name", NAMED, ids=lambda name: name.__name__)
def test_every_fixed_word_has_a_chinese_name(name: Callable[[str | None], str]) -> None:
    """No Latin letter is left of it."""
    for word in NAMED[name]:
        named = name(word)
        assert isinstance(named, Text)
        assert named.template
        with speaking("zh"):
            assert not any("a" <= letter <= "z" for letter in tell(named).lower()), word


@pytest.mark.parametrize("name", NAMED, ids=lambda name: name.__name__)
def test_a_word_from_elsewhere_is_shown_as_it_is(name: Callable[[str | None], str]) -> None:
    assert name("from elsewhere") == "from elsewhere"
