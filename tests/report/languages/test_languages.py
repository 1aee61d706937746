"""Every text that pages can show exists in every language."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import imgpipe
from imgpipe._common import InputError
from imgpipe._common.texts import counted, joined, say
from imgpipe.report.languages import LANGUAGES, language, speaking, tell

PACKAGE = Path(imgpipe.__file__).parent
CATALOGUES = PACKAGE / "report" / "languages"
OTHERS = [code for code in LANGUAGES if code != "en"]
_TEMPLATES = {"say": slice(0, 1), "counted": slice(1, 3)}  # where they stand in a call
FIELD = re.compile(r"\{(\w*)[^}]*\}")


@cache
def said() -> dict[str, str]:
    """Every template that stands in the package, with the file that says it."""
    templates = {}
    for path in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                for literal in call.args[_TEMPLATES.get(call.func.id, slice(0))]:
                    if isinstance(literal, ast.Constant):
                        templates[str(literal.value)] = f"{path.name}:{call.lineno}"
    found = extract_from_dir(
        PACKAGE,
        [("**.html", "jinja2")],
        {"**.html": {"trimmed": "true"}},
        keywords={"say": None, "counted": (2, 3)},
    )
    for file, line, message, _, _ in found:
        for template in (message,) if isinstance(message, str) else message:
            templates[template] = f"{file}:{line}"
    return templates


def entries(code: str) -> dict[str, str]:
    """Every entry of a language's catalogues; no template may have two."""
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if not message.id:
                    continue
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                text = message.string[0] if isinstance(message.string, tuple) else message.string
                for each in ids:
                    assert each not in found, f"{path.name}: {each!r} stands there twice"
                    found[each] = text
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_every_template_is_translated(code: str) -> None:
    """What the package says is in the catalogue, unless it only joins other texts."""
    known = entries(code)
    worded = {t: where for t, where in said().items() if re.search("[A-Za-z]", FIELD.sub("", t))}
    assert {where: t for t, where in worded.items() if not known.get(t)} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_translated_in_vain(code: str) -> None:
    """A sentence that nobody says any more leaves the catalogue."""
    assert sorted(set(entries(code)) - set(said())) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_the_fields(code: str) -> None:
    """The same values stand in both, each with its format."""
    for template, text in entries(code).items():
        assert set(FIELD.findall(text)) <= set(FIELD.findall(template)), template


def test_a_number_and_what_is_counted_are_said_in_chinese() -> None:
    with speaking("zh"):
        assert tell(counted(2300, "{n} image", "{n} images")) == "2,300张图像"
    assert tell(counted(1, "{n} image", "{n} images")) == "1 image"


def test_sentences_are_joined_as_the_language_does() -> None:
    texts = joined(["一。", "", "二。"])
    with speaking("zh"):
        assert tell(texts) == "一。二。"
    assert tell(texts) == "一。 二。"


def test_what_no_catalogue_has_stays_english_with_its_values_translated() -> None:
    text = say("nobody translates {what}", what=counted(2, "{n} image", "{n} images"))
    with speaking("zh"):
        assert tell(text) == "nobody translates 2张图像"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(InputError, match="no language is named 'zn'; choose from en, zh"):
        language("zn")
