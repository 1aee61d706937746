"""Which of two classes is the positive one."""

import pytest

from imgpipe import InputError
from imgpipe.datasets.annotations.positive import is_guess, positive_last

PAIRS = [
    ("cancer", "normal"), ("sick", "healthy"), ("positive", "negative"), ("malignant", "benign"),
    ("disease", "control"), ("nodule", "no_nodule"), ("abnormal", "NORMAL"),
    ("mask", "without_mask"),
    ("Effusion", "NoFinding"), ("benign", "normal"), ("parasitized", "uninfected"),
    ("icu_yes", "icu_no"), ("lesion", "non-lesion"), ("malignant", "normal, benign"), ("1", "0"),
    ("10", "9"), ("0.5", "-1"), ("tumour", "0"),
    ("demented", "nondemented"), ("unhealthy", "healthy"),
    ("bösartig", "gutartig"), ("auffällig", "unauffällig"), ("ja", "nein"),
    ("Befund", "ohne_Befund"),
]  # fmt: skip


@pytest.mark.parametrize(("positive", "other"), PAIRS)
def test_the_finding_is_positive(positive: str, other: str) -> None:
    """A name that says that nothing was found is the other one, whatever the alphabet."""
    from imgpipe.datasets.annotations.identity import natural

    ordered = sorted((positive, other), key=natural)
    assert positive_last("x", ordered) == (other, positive)


def test_order_is_kept_where_names_say_nothing() -> None:
    """Two names alike in that, and more than two classes, stay as they are."""
    for classes in (("b", "a"), ("normal", "healthy"), ("cancer", "benign", "normal"), ("a",)):
        assert positive_last("x", classes) == classes


def test_the_positive_class_can_be_named() -> None:
    """In any spelling, and against the rule."""
    assert positive_last("x", ("cancer", "Normal"), "normal") == ("cancer", "Normal")
    assert positive_last("x", ("t1", "T1"), "t1") == ("T1", "t1")
    assert positive_last("x", ("0", "1"), "0.0") == ("1", "0")


def test_what_cannot_be_positive() -> None:
    """Another name, or one of three classes, is an error that names the classes."""
    with pytest.raises(InputError, match="x: --positive c is no class; choose from a, b"):
        positive_last("x", ("a", "b"), "c")
    with pytest.raises(InputError, match="--positive a goes with two classes; there are 3: a, b"):
        positive_last("x", ("a", "b", "c"), "a")


@pytest.mark.parametrize(
    ("classes", "guess"),
    [
        (("mel", "nv"), True),
        (("normal", "nv"), False),
        (("0", "1"), False),
        (("nonfatal", "fatal"), False),
        (("a", "b", "c"), False),
    ],
)
def test_a_guess_is_known_as_one(classes: tuple[str, ...], guess: bool) -> None:
    """Numbers, and words that say that nothing was found, make no guess."""
    assert is_guess(classes) is guess
    assert is_guess(classes[::-1]) is guess
