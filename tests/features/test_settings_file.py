"""Settings as a file: what is written is read again, and what cannot be meant is refused."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from imgpipe import InputError
from imgpipe.features import FAMILIES, extract, read_settings, write_settings
from imgpipe.features.inputs.entries import ENTRIES
from imgpipe.features.inputs.settings import CODES
from imgpipe.features.settings_file import settings_text

HEAD = "imgpipe_settings: 1\n"
DEFAULTS = {entry.key: entry.default for entry in ENTRIES}
lengths = st.floats(0.1, 100)
numbers = st.floats(-1e9, 1e9, allow_subnormal=False)
positive = st.floats(1e-9, 1e9)
bounds = st.tuples(numbers, numbers).map(sorted) | st.just([-math.inf, 5.0])
VOLUMES = sorted(FAMILIES.keys() - {"hog"})  # which goes with no 3-D aggregation
names = st.lists(st.sampled_from(VOLUMES), min_size=1, unique=True)
codes = st.lists(st.sampled_from(CODES), min_size=1, unique=True)
sizes = st.lists(st.none() | lengths, min_size=1, max_size=3).filter(any)
kinds = st.sampled_from(["nearest", "linear", "cubic"])
resamplings = lengths | st.fixed_dictionaries(
    {"spacing": sizes | lengths},
    optional={
        "interpolation": kinds,
        "rounding": st.sampled_from([True, False, None]),
        "mask_interpolation": kinds,
        "mask_threshold": st.floats(0.01, 1),
    },
)
chosen = st.fixed_dictionaries(
    {},
    optional={
        "families": names | st.sampled_from(["default", "ibsi", "all"]),
        "aggregation": codes | st.sampled_from(["default", "all"]),
        "region": st.sampled_from(["mask", "box", "image"]),
        "label": numbers,
        "spacing": st.lists(lengths, min_size=2, max_size=3),
        "channel_axis": st.integers(-3, 3),
        "range": bounds,
        "outliers": positive,
        "resampling": resamplings,
        "distance": st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=1, unique=True),
    },
)
grays = st.one_of(
    st.builds(lambda bins: {"bins": bins}, st.none() | st.integers(2, 4096)),
    st.builds(lambda width, low: {"bin_width": width, "low": low}, positive, numbers),
)
volumes = st.one_of(
    st.builds(lambda bins: {"ivh_bins": bins}, st.none() | st.integers(2, 2**20)),
    st.builds(lambda width: {"ivh_bin_width": width}, positive),
)


def file_of(folder: Path, text: str | bytes) -> Path:
    path = folder / "s.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def whole(resampling: Any) -> dict[str, Any]:
    """All parts of a resampling."""
    told = resampling if isinstance(resampling, dict) else {"spacing": resampling}
    to = told["spacing"] if isinstance(told["spacing"], list) else [told["spacing"]]
    own = {"interpolation": "linear", "rounding": None, "mask_interpolation": "linear"}
    return {**own, "mask_threshold": 0.5, **told, "spacing": to}


@settings(max_examples=60, deadline=None)
@given(one=chosen, gray=grays, volume=volumes)
def test_written_settings_are_read_again(
    one: dict[str, Any], gray: dict[str, Any], volume: dict[str, Any], tmp_path_factory: Any
) -> None:
    """Any valid settings, to the last bit, and another YAML reader sees the same."""
    given_settings = one | gray | volume
    path = tmp_path_factory.getbasetemp() / "round.yaml"
    write_settings(path, given_settings)
    expected = {k: plain(v) for k, v in (DEFAULTS | given_settings).items()}
    for key in ("families", "aggregation", "distance"):
        expected[key] = expected[key] if isinstance(expected[key], list) else [expected[key]]
    if expected["resampling"] is not None:
        expected["resampling"] = whole(expected["resampling"])
    if expected["bin_width"] is not None:
        del expected["bins"]
    peer = yaml.safe_load(path.read_text())
    assert peer == {"imgpipe_settings": 1, **expected}
    read = {key: plain(value) for key, value in read_settings(path).items()}
    if expected["region"] is None:
        del expected["region"]
    assert read == expected
    assert settings_text(read_settings(path)) == path.read_text()


def test_what_is_read_is_what_extract_takes(tmp_path: Path) -> None:
    """The dict goes into `extract` as it is, and means what the same words mean there."""
    text = "families: [intensity, glcm]\nbin_width: 1.5e1\nrange: [10, .inf]\ndistance: [1, 2]"
    image = np.random.default_rng(0).integers(0, 256, (12, 12))
    expected = extract(image, families=["intensity", "glcm"], bin_width=15, range=(10, np.inf),
                       distance=[1, 2])  # fmt: skip
    assert extract(image, **read_settings(file_of(tmp_path, HEAD + text))) == expected


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "s.yaml is empty"),
        ("# nothing but words\n", "s.yaml is empty"),
        ("bins: 8", "begin the file with the line imgpipe_settings: 1"),
        ("imgpipe_settings: 2", "line 1: imgpipe_settings is 2; this version of imgpipe reads 1"),
        ("imgpipe_settings: true", "imgpipe_settings is True"),
        (HEAD + "bins: 8\nbins: 9", "line 3: bins stands there twice, first in line 2; keep one"),
        (HEAD + "binwidth: 8", "line 2: no setting is named 'binwidth'; choose .*mean bin_width?"),
        (HEAD + "bins: many", "line 2: bins must be a whole number, or null; it is 'many'"),
        (HEAD + "bins: 8.5", "line 2: bins must be a whole number, or null; it is 8.5"),
        (HEAD + "\nbins: 1", "line 3: bins must lie between 2 and 4096"),
        (HEAD + "bins: yes", "bins must be a whole number, or null; it is 'yes'"),
        (HEAD + "bins: '8'", "bins must be a whole number, or null; it is '8'"),
        (HEAD + "bin_width: -1", "line 2: bin_width must be positive"),
        (HEAD + "bin_width: 1e999", "line 2: bin_width must be a finite number"),
        (HEAD + "range: 5", r"line 2: range must be two numbers \[LOW, HIGH\], or null; it is 5"),
        (HEAD + "range: [5, 1]", "line 2: range must be .* low <= high"),
        (HEAD + "distance: []", "line 2: distance must be a whole number, or a list of them"),
        (HEAD + "spacing: [1, 2, 3, 4]", "line 2: spacing must be a length in mm for each axis"),
        (HEAD + "families: null", "line 2: families must be a name, or a list of names"),
        (HEAD + "families: glmc", "glmc.*did you mean glcm"),
        (HEAD + "region: lung", "line 2: region must be mask, box or image, or null"),
        (HEAD + "bins: 8\nbin_width: 3", "line 2: bins=8 and bin_width=3.0 exclude each other"),
        (HEAD + "low: 3", "line 2: low is where bins of a fixed size begin: it needs bin_width"),
        (HEAD + "bins: [8", "line 2: is not YAML"),
        (HEAD + "bins:\t8: 9", "line 2: is not YAML"),
        (HEAD + "7: 8", "line 2: the key 7 is not a word"),
        (HEAD + "---\nbins: 8", "line 2: a second document; one file is one"),
        (HEAD + BOMB, r"line 2: anchors \(&\) and aliases \(\*\) are not read"),
        (HEAD + "bins: !!python/object/apply:os.system [true]", "line 2: the tag .* is not read"),
        (HEAD + "families: " + "[" * 5000, "line 2: nested deeper than 8 levels"),
        (HEAD + "families: a\u200bb", r"line 2: holds the character \\u200b"),
        (HEAD + "resampling: soon", "line 2: resampling must be null, or lines of its own"),
        (HEAD + "resampling:\n  spacing: 1\n  interpolation: cubik", "line 4: .*mean cubic"),
        (HEAD + "resampling:\n  spacing: 1\n  spacing: 2", "line 4: resampling.spacing stands"),
        (HEAD + "resampling: {to: 1}", "line 2: resampling has no part 'to'"),
        ("- a\n- b", "holds no lines of the form KEY: VALUE"),
        ("glcm", "holds no lines of the form KEY: VALUE"),
        ("imageType:\n  Original: {}\nsetting:\n  binWidth: 25", "of PyRadiomics .*imageType"),
        (b"\xff\xfe\x00", "byte 0 is not UTF-8"),
        (b"\x00" * 9, "holds the character"),
        (b"#" * 2**21, "has 2,097,152 bytes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant(text: str | bytes, found: str, tmp_path: Path) -> None:
    """One error that names the file, the line and the key."""
    with pytest.raises(InputError, match=found) as error:
        read_settings(file_of(tmp_path, text))
    assert "s.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_places_that_are_no_files(tmp_path: Path) -> None:
    """A folder and a name without a file are refused."""
    with pytest.raises(InputError, match="is a folder"):
        read_settings(tmp_path)
    with pytest.raises(InputError, match=r"none\.yaml: there is no such file"):
        read_settings(tmp_path / "none.yaml")


def test_nothing_is_written_of_what_would_be_refused(tmp_path: Path) -> None:
    """Unknown settings and values that do not fit leave no file."""
    for wrong, found in (({"bin": 8}, "did you mean bins"), ({"bins": 1}, "between 2 and 4096")):
        with pytest.raises(InputError, match=found):
            write_settings(tmp_path / "s.yaml", wrong)
    assert not (tmp_path / "s.yaml").exists()


def test_lines_of_windows_and_a_mark_of_order(tmp_path: Path) -> None:
    """What other editors put into a text file is read over."""
    path = file_of(tmp_path, b"\xef\xbb\xbfimgpipe_settings: 1\r\nbins: 8\r\n")
    assert read_settings(path) == {"bins": 8}
