"""Every text of a comparison keeps its template, and can be said in Chinese."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from chinese import left_in_english
from comparison_samples import light, toy
from sklearn.dummy import DummyClassifier

from imgpipe._common.texts import Text
from imgpipe.evaluate import Comparison, compare
from imgpipe.report.words import fixed

# told in words of their own, or measured, or said by whoever asked
NO_TEXTS = {"predictions", "pipeline", "versions", "cpu", "command", "data_hash", "importances"}
FIXED = (fixed.kind_name, fixed.verdict_name, fixed.rule_name, fixed.chosen_on_name)
TEXTS = {
    "protocol.statement",
    "dataset.warnings",
    "findings.message",
    "canaries.name",
    "canaries.what",
    "pairs.statement",
    "pairs.why",
    "pairs.method",
    "pairs.errors.method",
    "pairs.equivalence.method",
    "overall.method",
    "subgroups.name",
    "learning.statement",
    "learning.unit",
    "look_alikes.without.title",
    "look_alikes.without.statement",
}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Everything that can be asked for at once, and copies with two names."""
    rng = np.random.default_rng(0)
    patients = np.arange(120) // 2
    data = toy(
        groups=patients.astype(str),
        columns={"age": (20 + patients % 50).astype(str), "sex": rng.choice(["f", "m"], 120)},
    )
    images = data.images.pixels.copy()
    images[-2:] = images[:2]
    models = {
        "light": light(),
        "other": light(C=0.001),
        "none": DummyClassifier(strategy="prior"),
    }
    return compare(
        models,
        data.changed(images=images),
        folds=3,
        canaries=True,
        thresholds=True,
        conformal=0.9,
        margin=0.5,
        subgroups=["age:30,50", "sex"],
        learning_curve=True,
        duplicates="keep",
        seeds=1,
    )


def walk(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a result, with where it stands."""
    if isinstance(value, str):
        yield at, value
    elif is_dataclass(value):
        for about in fields(value):
            if about.name not in NO_TEXTS:
                yield from walk(getattr(value, about.name), f"{at}.{about.name}".strip("."))
    elif isinstance(value, dict):
        for part in value.values():
            yield from walk(part, at)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk(part, at)


def test_what_is_said_keeps_its_template(comparison: Comparison) -> None:
    """Statements, reasons, methods, findings, warnings and names of subgroups are texts."""
    found = dict(walk(comparison))
    assert set(found) >= TEXTS
    for at, text in walk(comparison):
        if at in TEXTS and not (at == "subgroups.name" and len(text) == 1):
            assert isinstance(text, Text), (at, text)
            assert text.template, (at, text)
            assert left_in_english(text) == [], (at, text)


def test_no_sentence_is_only_english(comparison: Comparison) -> None:
    """What has several words is a text, or a fixed word that the page has a name for."""
    for at, text in walk(comparison):
        if re.search("[a-z]{2,} [a-z]{2,}", text) and not isinstance(text, Text):
            named = [name(text) for name in FIXED]
            assert any(isinstance(name, Text) for name in named), (at, text)


def test_a_text_is_a_plain_string_in_json(comparison: Comparison) -> None:
    """Whoever reads the JSON finds the English sentence."""
    content = comparison.to_dict()
    assert type(content["protocol"]["statement"]) is str
    assert content["protocol"]["statement"] == comparison.protocol.statement
