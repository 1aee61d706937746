"""The manifest: each field is of its type and in its range, or the bundle is refused."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.fuzz.mutations import members_of, parts_of, repacked
from benchmarks.fuzz.worker import outcome
from imgpipe import InputError
from imgpipe.bundle import load
from imgpipe.bundle.archive import container
from imgpipe.bundle.archive.strict_json import as_hinted, parsed

Refusal = Callable[[bytes], str]


def with_text(bundle: bytes, text: bytes) -> bytes:
    """The bundle with another manifest, signed."""
    return container.packed(members_of(bundle) | {"manifest.json": text})


def edited(bundle: bytes, place: str, value: Any) -> bytes:
    """The bundle with another value at a place like ``expected.size``."""
    members, told = parts_of(bundle)
    *way, last = place.split(".")
    holder = told
    for key in way:
        holder = holder[int(key) if isinstance(holder, list) else key]
    holder[int(last) if isinstance(holder, list) else last] = value
    return repacked(members, told)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("format", "other", 'does not begin with "format": "imgpipe"'),
        ("format_version", 2, "written in format 2; this imgpipe reads 1: update imgpipe"),
        ("format_version", 0, "format_version is 0; it must be 1"),
        ("format_version", True, "format_version is True; it must be 1"),
        ("format_version", "1", "format_version is '1'"),
        ("classes", ["a"], "classes are 1; at least 2"),
        ("classes", ["a", "a"], "classes have 'a' twice"),
        ("classes", ["a", ""], "classes[1] is ''"),
        ("classes", ["a", "b" * 201], "a line of 1 to 200 letters"),
        ("classes", ["a", "b\nc"], "a line of 1 to 200 letters"),
        ("classes", ["a", "\x1b[2J"], "control character '\\x1b'"),
        ("classes", ["a", "b\u202e"], "control character '\\u202e'"),
        ("classes", ["a", 1], "manifest.classes[1] is 1; it must be a text"),
        ("classes", "ab", "manifest.classes is 'ab'; it must be a list"),
        ("classes", [f"c{i}" for i in range(10_001)], "classes are 10,001; 10,000"),
        ("codes", [0, 0], "codes must differ"),
        ("codes", [0, 2], "between 0 and 1"),
        ("codes", [0, -1], "between 0 and 1"),
        ("codes", [0, True], "manifest.codes[1] is True; it must be a whole number"),
        ("codes", [0, 1.0], "manifest.codes[1] is 1.0"),
        ("codes", [0], "has the shape|is needed"),
        ("expected.image_shape", [16], "2 to 4 sides"),
        ("expected.image_shape", [16, 0], "1 to 268,435,456 pixels"),
        ("expected.image_shape", [16, -16], "1 to 268,435,456 pixels"),
        ("expected.image_shape", [2**20, 2**20], "1 to 268,435,456 pixels"),
        ("expected.image_shape", None, "must be a list"),
        ("expected.channel_axis", 5, "channel_axis is 5; it must be null or -1"),
        ("expected.channel_axis", -1, "3 to 4 sides"),
        ("expected.dtype", "object", "it must be one of bool, uint8"),
        ("expected.dtype", "complex64", "it must be one of bool, uint8"),
        ("expected.region", "all", "must be one of image, mask, box"),
        ("expected.size", 0, "1 to 16384 will do"),
        ("expected.size", 10**6, "1 to 16384 will do"),
        ("expected.size", [28, 0], "1 to 16384 will do"),
        ("expected.size", [28, 28, 28], "has 3 items; 2 are needed"),
        ("expected.size", "28", "must be a whole number"),
        ("expected.window", [80, 0], "it must rise"),
        ("expected.unit", 3, "must be a text"),
        ("expected.other", 3, "has 'other', which this imgpipe does not know"),
        ("features.0", "\x07", "control character"),
        ("features.0", None, "must be a text"),
        ("steps", {}, "steps.extraction does not go with"),
        ("steps.filters", [{"name": "os.system", "settings": {}}], "neither imgpipe nor a package"),
        ("fitted", {"kind": "pickle"}, "fitted.kind is 'pickle', which this imgpipe does not know"),
        ("fitted", {}, "fitted.kind is None"),
        ("fitted.kind", "network", "a network takes none"),
        ("written_by", {"imgpipe": 1}, "must be a text"),
        ("card", [], "manifest.card is a list of 0; it must be an object"),
        ("card", {"note": "\x9b31m"}, "control character"),
        ("card", {"\x1b": 1}, "a key of manifest.card holds the control character"),
        ("card", {"note": "x" * 10_001}, "has 10,001 letters"),
        ("warnings", ["\x1b]0;owned\x07"], "control character"),
        ("card", {"images": 5}, "card.images is 5; it must be an object"),
        ("card", {"images": {"a": 1.5}}, "card.images.'a' is 1.5; it must be a whole number"),
        ("card", {"note": ["x"]}, "card.note is a list of 1; it must be a text"),
        ("card", {"patients": "x"}, "card.patients is 'x'; it must be a whole number"),
        ("card", {"pixel_values": [1.0]}, "card.pixel_values has 1 items; 2 are needed"),
        ("card", {"trained": "soon"}, "card.trained is 'soon'; it must be a date"),
        ("card", {"prevalence": 3}, "card.prevalence is 3; it must be an object"),
        ("card", {"run": {}}, "card.run lacks dataset"),
        ("expected.size", 16384, "which no image resized to expected.size '16384' has"),
        ("expected.image_shape", [4096, 4096], "have more than 8,388,608 pixels"),
        ("selftest.images", 10**9, "selftest.images is 1000000000; 1 to 8"),
        ("members", {}, "do not both have 'classifier.onnx'"),
        ("another", 1, "has 'another', which this imgpipe does not know"),
    ],
)
def test_values_that_no_field_has(
    place: str, value: Any, words: str, bundles: dict[str, bytes], refusal: Refusal
) -> None:
    """A value of another type or out of range is refused, with its place, though signed."""
    said = refusal(edited(bundles["logistic-2"], place, value))
    assert any(word in said for word in words.split("|")), said


@pytest.mark.slow
@pytest.mark.parametrize("name", ["logistic-2", "forest-3"])
def test_any_value_in_any_field(name: str, bundles: dict[str, bytes], tmp_path: Path) -> None:
    """Whatever is put wherever, the bundle is refused, or predicts sane probabilities."""
    members, sound = parts_of(bundles[name])
    del sound["features"][2:]
    path, seen = tmp_path / "m.imgpipe", set()
    for place in places(sound):
        for value in (None, True, -1, 2**31, 0.5, "", "a", [], {}, "network", [-1]):
            told = deepcopy(parts_of(bundles[name])[1])
            holder = told
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = value
            path.write_bytes(repacked(members, told))
            seen.add(outcome(path))
    assert len(seen) > 30, seen


def places(told: Any) -> list[tuple[Any, ...]]:
    """The way to each value."""
    keys = told if isinstance(told, dict) else range(len(told)) if isinstance(told, list) else ()
    found: list[tuple[Any, ...]] = []
    for key in keys:
        found += [(key,), *((key, *rest) for rest in places(told[key]))]
    return found


def test_each_field_is_needed(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """A manifest without one of its parts is refused."""
    _, sound = parts_of(bundles["svm-2"])
    for name in sound:
        members, told = parts_of(bundles["svm-2"])
        del told[name]
        said = refusal(repacked(members, told))
        assert ("begin with" if name == "format" else name) in said, said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is no JSON"),
        (b"[]", 'does not begin with "format"'),
        (b"null", 'does not begin with "format"'),
        (b"\xff\xfe", "is no JSON in UTF-8"),
        (b'{"format": "imgpipe", "format": "imgpipe"}', "has the key 'format' twice"),
        (b'{"a": {"b": 1, "b": 2}}', "has the key 'b' twice"),
        (b'{"a": NaN}', "holds NaN, which is no number"),
        (b'{"a": -Infinity}', "holds -Infinity, which is no number"),
        (b'{"a": 1e999}', "beyond all numbers"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a whole number beyond 2**53"),
        (b'{"a": 9007199254740993}', "a whole number beyond 2**53"),
        (b"[" * 100_000, "nested too deeply|is no JSON"),
        (b'{"a":' * 100_000, "nested too deeply|is no JSON"),
        (b" " * (2**23 + 1), "has 8,388,609 bytes"),
        (b'{"format": "imgpipe"} x', "is no JSON"),
    ],
)
def test_json_that_no_manifest_is(
    text: bytes, words: str, bundles: dict[str, bytes], refusal: Refusal
) -> None:
    """JSON that says a thing twice, or is too large, too deep or no JSON, is refused."""
    said = refusal(with_text(bundles["svm-2"], text))
    assert said.startswith("manifest.json ")
    assert any(word in said for word in words.split("|")), said


def test_half_letters_and_deep_cards(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """What could not be printed, and what is nested without need, is refused in a card."""
    text = members_of(bundles["svm-2"])["manifest.json"]
    half = text.replace(b'"noise"', b'"\\ud800"')
    assert "control character '\\ud800'" in refusal(with_text(bundles["svm-2"], half))
    deep = text.replace(b'"noise"', b"[" * 20 + b"]" * 20)
    assert "nested more than 12 deep" in refusal(with_text(bundles["svm-2"], deep))


def test_ten_thousand_names_take_no_time() -> None:
    """A key that comes twice among very many is found at once."""
    pairs = ",".join(f'"k{i}": 1' for i in range(100_000))
    with pytest.raises(InputError, match="has the key 'k99999' twice"):
        parsed(f'{{{pairs}, "k99999": 1}}'.encode())


@pytest.mark.parametrize(
    ("hint", "value", "found"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (bool, True, True),
        (int | None, None, None),
        (tuple[int, int] | int | None, [1, 2], (1, 2)),
        (tuple[str, ...], [], ()),
        (dict[str, float], {"a": 1}, {"a": 1.0}),
    ],
)
def test_values_as_hinted(hint: Any, value: Any, found: Any) -> None:
    """What JSON holds becomes what the hint says."""
    again = as_hinted(hint, value, "x")
    assert again == found
    assert type(again) is type(found)


def test_what_is_written_can_be_read(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """A sound bundle of each kind opens, predicts, and tells its manifest in JSON."""
    for name, bundle in bundles.items():
        path = tmp_path / f"{name}.imgpipe"
        path.write_bytes(bundle)
        format_ = json.loads(members_of(bundle)["manifest.json"])["format"]
        if format_ in ("imgpipe-pixels", "imgpipe-detector"):
            continue  # no predictor; test_pixel_bundle.py and test_detector_bundle.py read one
        predictor = load(path)
        said = predictor.predict_proba(np.zeros((2, 16, 16), np.uint8))
        assert np.allclose(said.sum(axis=1), 1)
        assert format_ == "imgpipe"
