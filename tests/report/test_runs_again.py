"""A run that was read back gives the same page as the run itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from imgpipe.evaluate import Comparison, load_run, save_run
from imgpipe.report.html import render
from imgpipe.report.languages import LANGUAGES

RUNS = ("split_run", "folds_run", "wide_run", "choice_run", "sets_run")


@pytest.mark.parametrize("run", RUNS)
def test_the_page_is_the_same_again(
    run: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Nothing that a page shows is lost on disk, in any language."""
    first: Comparison = request.getfixturevalue(run)
    save_run(first, tmp_path)
    again = load_run(tmp_path)
    assert again.reading == ()
    for lang in LANGUAGES:
        assert render(again, lang) == render(first, lang)


def test_what_was_found_on_reading_stands_at_the_top(split_run: Comparison) -> None:
    page = render(replace(split_run, reading=("result.json was changed after the run.",)))
    first = page[page.index("Read this first") :]
    assert "result.json was changed after the run." in first[: first.index("</section>")]
