"""Runs beside one another as Markdown: what the page says of them, without its charts."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import imgpipe
from imgpipe._common import atomic_path
from imgpipe._common.texts import say
from imgpipe.report.languages import speaking, tell
from imgpipe.report.markdown import marks
from imgpipe.report.page import runs

if TYPE_CHECKING:
    from imgpipe.evaluate import JoinedRuns


def runs_to_markdown(
    joined: "JoinedRuns", path: str | os.PathLike[str], *, lang: str = "en"
) -> None:
    """Write what `runs_to_html` shows as Markdown, without its charts.

    Parameters
    ----------
    joined : imgpipe.evaluate.JoinedRuns
        From `imgpipe.evaluate.join_runs`.
    path : path-like
        Where to write; an existing file is replaced. It appears whole or not at all.
    lang : {"en", "zh"}
        Language of the text.

    Raises
    ------
    InputError
        There is no such language.

    Examples
    --------
    >>> from imgpipe.evaluate import join_runs
    >>> runs_to_markdown(join_runs(["monday", "tuesday"]), "both.md")  # doctest: +SKIP
    """
    text = runs_in_markdown(joined, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def runs_in_markdown(joined: "JoinedRuns", lang: str = "en") -> str:
    """Make the text."""
    with speaking(lang):
        page = runs.content(joined)
        version = say("Made with imgpipe {version}.", version=imgpipe.__version__)
        blocks = [
            *_top(page),
            *_leaderboard(page),
            *_pairs(page),
            marks.heading(2, say("To run them again")),
            *(block for row in page["runs"] for block in _command(row)),
            "---",
            marks.plain(version),
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"


def _top(page: Mapping[str, Any]) -> list[str]:
    """Title, what was found, what each run says first, and the runs."""
    first = [
        block
        for each in page["caveats"]
        if each["first"] or each["findings"]
        for block in (
            marks.heading(3, each["name"]),
            marks.warned(
                dict.fromkeys([*each["first"], *(found["message"] for found in each["findings"])])
            ),
        )
    ]
    rows = [
        (
            row["name"],
            row["data"],
            row["images"],
            say("unknown") if row["patients"] is None else row["patients"],
            say("{list:,}", list=list(row["how"])),
            row["models"],
        )
        for row in page["runs"]
    ]
    header = [
        say("Run"),
        say("Data"),
        say("Images"),
        say("Patients"),
        say("Judged by"),
        say("Its models"),
    ]
    return [
        marks.heading(1, page["title"]),
        f"**{marks.plain(page['headline'])}**",
        " · ".join(map(marks.plain, page["facts_line"])),
        *([marks.heading(2, say("Read this first"))] if first or page["warnings"] else []),
        marks.warned(page["warnings"]),
        *first,
        marks.heading(2, say("Runs")),
        marks.table(header, rows),
    ]


def _leaderboard(page: Mapping[str, Any]) -> list[str]:
    """A table for each group of runs that judged alike."""
    blocks = [marks.heading(2, say("Leaderboard"))]
    for group in page["board"]:
        rows = [(row["name"], row["run"], *map(_score, row["cells"])) for row in group["rows"]]
        header = [say("Model"), say("Run"), *page["metrics"]]
        blocks += [
            marks.heading(3, group["title"]),
            marks.table(header, rows, numbers=len(page["metrics"])),
        ]
    return blocks


def _pairs(page: Mapping[str, Any]) -> list[str]:
    """Tests between models of different runs, and runs without one."""
    blocks = [marks.heading(2, say("Models of different runs"))]
    if page["pairs"]:
        rows = [
            (
                say("{first} less {second}", first=row["first"], second=row["second"]),
                row["verdict"],
                _score(row),
                row["p"],
                row["p_holm"],
                row["p_errors"],
            )
            for row in page["pairs"]["rows"]
        ]
        header = [
            say("Models"),
            say("Verdict"),
            say("Difference of {metric}", metric=page["pairs"]["metric"]),
            say("p"),
            say("p by Holm"),
            say("p of errors"),
        ]
        blocks += [marks.table(header, rows, numbers=4), marks.items(page["methods"])]
    if page["unpaired"]:
        blocks += [marks.heading(3, say("Not tested")), marks.items(page["unpaired"])]
    return blocks


def _command(row: Mapping[str, Any]) -> list[str]:
    """How a run is made again."""
    unknown = say("It was called from Python; no command was noted.")
    told = marks.code(row["command"]) if row["command"] else marks.plain(unknown)
    return [marks.heading(3, row["name"]), told]


def _score(cell: Mapping[str, Any]) -> str:
    """Write a score with its interval."""
    if not cell["interval"]:
        return str(cell["value"])
    return tell(say("{value} ({ends})", value=cell["value"], ends=cell["interval"]))
