"""The whole document: the sections of the page, in its order, without pictures."""

import os
from typing import TYPE_CHECKING

import imgpipe
from imgpipe._common import atomic_path
from imgpipe._common.texts import counted, say
from imgpipe.report.languages import speaking
from imgpipe.report.markdown import data, decisions, marks, scores
from imgpipe.report.page import checks, lookalikes
from imgpipe.report.page.overview import overview
from imgpipe.report.page.sections import SECTIONS
from imgpipe.report.page.view import View, view_of
from imgpipe.report.words import paired
from imgpipe.report.words.sentences import sentence

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, DataCard

# by the names of the page's sections
_PARTS = {
    "leaderboard": scores.leaderboard,
    "verdicts": scores.verdicts,
    "calibration": decisions.calibration,
    "operating_points": decisions.operating_points,
    "conformal": decisions.conformal,
    "confusion": decisions.confusion,
    "learning": scores.learning,
    "costs": scores.costs,
    "subgroups": scores.subgroups,
    "features": scores.features,
    "data": data.data,
    "lookalikes": data.lookalikes,
    "checks": data.checks,
    "protocol": data.protocol,
    "statistics": data.statistics,
    "not_done": data.not_done,
    "guidelines": data.guidelines,
    "run": data.run,
}


def to_markdown(
    comparison: "Comparison", path: str | os.PathLike[str], *, lang: str = "en"
) -> None:
    """Write the report of a comparison as Markdown, for a repository, a wiki or a mail.

    It holds what `to_html` shows, but for the pictures: what was found, the leaderboard, paired
    verdicts, calibration, thresholds, subgroups, the data and what is wrong with them, the
    protocol, what was not done, and the command to run it again.

    Parameters
    ----------
    comparison : imgpipe.evaluate.Comparison
        What `imgpipe.evaluate.compare` or `imgpipe.evaluate.load_run` returned.
    path : path-like
        Where to write; an existing file is replaced.
    lang : {"en", "zh"}
        Language of the text.

    Raises
    ------
    InputError
        There is no such language.
    OSError
        `path` cannot be written.

    Examples
    --------
    >>> from imgpipe.evaluate import load_run
    >>> from imgpipe.report import to_markdown
    >>> to_markdown(load_run("run"), "report.md")  # doctest: +SKIP
    """
    text = markdown(comparison, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def markdown(comparison: "Comparison", lang: str = "en") -> str:
    """Make the text."""
    with speaking(lang):
        view = view_of(comparison)
        blocks = _top(view)
        for section in SECTIONS:
            part = _PARTS.get(section.name)
            content = [block for block in part(view) if block] if part else []
            if content:
                blocks += [marks.heading(2, section.title), *content]
        version = say("Made with imgpipe {version}.", version=imgpipe.__version__)
        return "\n\n".join([*blocks, "---", marks.plain(version)]) + "\n"


def _top(view: View) -> list[str]:
    """Title, what was found, and what takes it back."""
    comparison = view.comparison
    card = comparison.dataset
    headline = paired.headline(view.ranked, view.metric, comparison.pairs)
    told = [
        *lookalikes.told(comparison, view.best, view.metric),
        *checks.caveats(comparison.findings),
        *comparison.reading,
        *card.warnings,
    ]
    warnings = list(dict.fromkeys(sentence(text) for text in told))
    return [
        marks.heading(1, card.name),
        f"**{marks.plain(headline)}**",
        " · ".join(marks.plain(fact) for fact in [*_counts(card), *overview(comparison)]),
        *([marks.warned(warnings)] if warnings else []),
    ]


def _counts(card: "DataCard") -> list[str]:
    """How many images, classes and patients."""
    rows = card.region == "table"
    n = card.n
    told: list[str] = [
        counted(n, "{n} row", "{n} rows") if rows else counted(n, "{n} image", "{n} images"),
        counted(len(card.classes), "{n} class", "{n} classes"),
    ]
    if card.patients is not None:
        told.append(counted(card.patients, "{n} patient", "{n} patients"))
    return told
