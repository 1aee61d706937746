"""The report as Markdown: the numbers of the result, in tables that hold whatever people name."""

from dataclasses import replace
from pathlib import Path

import pytest

from imgpipe._common import InputError
from imgpipe.evaluate import Comparison
from imgpipe.report import to_markdown
from imgpipe.report.markdown.document import markdown
from imgpipe.report.markdown.marks import code, plain, table


def cells(line: str) -> list[str]:
    """Cells of a row; a bar that is escaped parts none."""
    inside = line.strip()[1:-1].replace(r"\|", "\0")
    return [cell.strip().replace("\0", "|") for cell in inside.split("|")]


def rows(text: str, section: str) -> list[list[str]]:
    """Rows of the first table of a section."""
    part = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    assert lines
    return [cells(line) for line in lines]


def test_scores_are_those_of_the_result(split_run: Comparison) -> None:
    """Every model has its row, with the interval."""
    text = markdown(split_run)
    found = {row[0]: row[1:] for row in rows(text, "Leaderboard")[2:]}
    for model in split_run.models:
        score = model.metrics["accuracy"]
        assert f"{score.value:.3f} ({score.low:.3f}–{score.high:.3f})" in found[model.name]


def test_every_table_is_whole(
    split_run: Comparison, folds_run: Comparison, sets_run: Comparison, wide_run: Comparison
) -> None:
    """All rows of a table have as many cells as its head, whatever classes are called."""
    for run in (split_run, folds_run, sets_run, wide_run):
        head = 0
        for line in markdown(run).splitlines():
            count = len(cells(line)) if line.startswith("|") else 0
            assert not (head and count) or count == head, line
            head = count


def test_what_people_name_means_nothing(split_run: Comparison) -> None:
    """A class, a path or a model that is HTML or Markdown stays text."""
    card = replace(split_run.dataset, name="# a | *b*\n<img src=x>", warnings=("[x](y) `z`",))
    text = markdown(replace(split_run, dataset=card))
    assert text.startswith("# \\# a \\| \\*b\\* \\<img src=x>\n")
    assert r"> - \[x\](y) \`z\`." in text
    assert "<script>" not in text.replace(r"\<script>", "")


def test_sections_stand_in_the_order_of_the_page(sets_run: Comparison) -> None:
    text = markdown(sets_run)
    titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert titles[0] == "Leaderboard"
    assert titles[-1] == "Run"
    for title in ("Pairwise verdicts", "Calibration", "Operating points", "Conformal sets",
                  "Confusion matrices", "Data card", "Checks", "Protocol",
                  "What was not done"):  # fmt: skip
        assert title in titles
    assert "Learning curve" not in titles


def test_the_matrix_is_that_of_the_result(sets_run: Comparison) -> None:
    model = next(m for m in sets_run.models if m.name == "svm")
    shown = rows(markdown(sets_run), "Confusion matrices")
    for line, counts in zip(shown[2:], model.confusion, strict=False):
        assert line[1:] == [*(str(n) for n in counts), str(counts.sum())]


def test_the_command_is_in_a_fence(split_run: Comparison) -> None:
    run = replace(split_run.run, command="imgpipe compare 'a ``` b' --models svm")
    text = markdown(replace(split_run, run=run))
    assert "````sh\nimgpipe compare 'a ``` b' --models svm\n````" in text


def test_a_file_is_written_whole(split_run: Comparison, tmp_path: Path) -> None:
    to_markdown(split_run, tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == markdown(split_run)
    with pytest.raises(InputError, match="no language is named 'fr'"):
        to_markdown(split_run, tmp_path / "other.md", lang="fr")
    assert not (tmp_path / "other.md").exists()


def test_it_speaks_chinese(split_run: Comparison) -> None:
    """Words are Chinese; the numbers are the same."""
    text = markdown(split_run, "zh")
    assert "括号内为95%置信区间。" in text
    score = split_run.models[0].metrics["accuracy"]
    assert f"{score.value:.3f}" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a_b", "a_b"), ("_a_", r"\_a\_"), ("---", r"\---"), ("+ x", r"\+ x"), ("+0.4", "+0.4"),
     ("12) x", r"12\) x"), ("0.980", "0.980"), ("> x", r"\> x"), ("a & b", r"a \& b"),
     ("<!-- x", r"\<!-- x"), ("a\n\n# b", "a # b")],
)  # fmt: skip
def test_marks_are_escaped_where_they_mean_something(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_table_without_rows_is_a_head() -> None:
    assert table(["a", "b"], [], 1) == "| a | b |\n| --- | ---: |"
    assert code("x") == "```sh\nx\n```"
