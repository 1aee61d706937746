"""When two spellings may be one name."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgpipe import InputError
from imgpipe.datasets.annotations.identity import canonical, clean_groups, natural, number

ONE = [
    (
        "7",
        "7.0",
        "007",
        " 7",
        "7.",
        "+7",
        "07.00",
        "7,0",
        "7E+00",
        "\uff17",
        "\u0667",
        "7\u200b",
        "\u00a07",
    ),
    ("P7", "p7", "P 7", "P07", "p\u00a007", "\uff30\uff17"),
    ("M\u00fcller", "Mu\u0308ller", "M\u00dcLLER", "m\u00fcl ler"),
    ("a_1", "a-1", "a\u20131", "A - 01"),
    ("1234", "1,234", "1234.0", "1.234E+03", "1 234", "1\u00a0234,0", "+1 234"),
    ("stra\u00dfe", "STRASSE"),
    ("0.5", ".5", "0,50", "+0.5"),
]
TWO = [
    ("7", "70"), ("7", "-7"), ("11", "1-1"), ("0.5", "5"), ("1.05", "1.5"), ("P7", "7"),
    ("0e12", "0e34"), ("00e1", "0"), ("u", "\u00fc"), ("1.2.3", "1.23"), ("2", "\u00b2x"),
    ("123456789012345678901234567890.0", "123456789012345678901234567891"), ("100", "10"),
    ("P10", "P1"), ("a1b", "a1"),
]  # fmt: skip


@pytest.mark.parametrize("spellings", ONE)
def test_spellings_of_one_name_meet(spellings: tuple[str, ...]) -> None:
    """Numbers of spreadsheets, case, blanks, zeros, dashes and Unicode's forms do not matter."""
    assert len({canonical(name) for name in spellings}) == 1


@pytest.mark.parametrize(("a", "b"), TWO)
def test_different_names_stay_apart(a: str, b: str) -> None:
    """Values, signs, hashes that look like numbers, long ids and accents tell names apart."""
    assert canonical(a) != canonical(b)


@given(st.integers(0, 10**40), st.integers(0, 5), st.integers(0, 3))
def test_every_whole_number_keeps_its_value(value: int, zeros: int, after: int) -> None:
    """However long it is, and with whatever zeros, a whole number has the key of its digits."""
    written = "0" * zeros + str(value) + ("." + "0" * after if after else "")
    assert canonical(written) == str(value)


@given(st.text(max_size=8))
def test_the_key_does_not_depend_on_the_form(name: str) -> None:
    """A name has one key in all four forms of Unicode."""
    forms = {
        canonical(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")
    }
    assert len(forms) == 1


@given(
    st.text(alphabet="0123456789.,-+eE_ Pp\u00c4\u0308\uff10\u0663\u200b\u00a0\u00b2", max_size=8)
)
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    """Nothing that makes no difference is left in a key."""
    assert canonical(canonical(name)) == canonical(name)


def test_numbers_in_full() -> None:
    """A number is written plainly; zeros before it stay, and an ambiguous comma is none."""
    given = {"0.0": "0", "-0": "0", "1.50": "1.5", "-2.0": "-2", "007": "007", "1,5": "1.5",
             "1E+05": "100000", "\u22121": "-1", "1,000": None, "1e5": None, "x1": None, "": None,
             ".": None, "1_0": None, "\u0663": "3"}  # fmt: skip
    assert {text: number(text) for text in given} == given


def test_names_are_sorted_by_value() -> None:
    """Numbers come first, by value, and numbers in names count as such."""
    ordered = ["-1", "0", "0.5", "9", "10", "stage1", "stage9", "stage10", "stage10b", "\u03b2"]
    shuffled = [ordered[i] for i in (7, 2, 9, 0, 4, 8, 3, 1, 6, 5)]
    assert sorted(shuffled, key=natural) == ordered


def test_doubtful_patients_are_taken_as_one() -> None:
    """They get the first spelling; what cannot be told apart by eye is written in escapes."""
    groups, notes = clean_groups("x", ["M\u00fcller", "Mu\u0308ller", "b"], None, exact=False)
    assert groups.tolist() == ["M\u00fcller", "M\u00fcller", "b"]
    assert notes[0].startswith(r"patients 'M\xfcller' and 'Mu\u0308ller' differ only in")


def test_a_split_that_keeps_them_together_is_no_error() -> None:
    """Two spellings on one side of a split are warned of only."""
    split = np.array(["train", "train", "test"])
    groups, notes = clean_groups("x", ["7", "7.0", "8"], split, exact=False)
    assert groups.tolist() == ["7", "7", "8"]
    assert len(notes) == 1
    with pytest.raises(InputError, match=r"^x: patients '7' and '7.0' differ only in"):
        clean_groups("x", ["7", "8", "7.0"], split, exact=False)


def test_ids_rounded_by_a_spreadsheet() -> None:
    """An id like 1.23457E+14 may be that of many patients, which a warning says."""
    _, notes = clean_groups("x", ["1.23457E+14", "5"], None, exact=False)
    assert notes == ["patient ids such as 1.23457E+14 were rounded by a spreadsheet: different "
                     "patients may have become one"]  # fmt: skip
