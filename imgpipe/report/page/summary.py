"""From a frozen comparison to a plain dictionary of texts and charts, ready for the template."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page import checks, glance, lookalikes, score_tables
from imgpipe.report.page.misses import misses
from imgpipe.report.page.overview import overview
from imgpipe.report.page.sections import SECTIONS
from imgpipe.report.page.view import View, view_of
from imgpipe.report.words import paired, sentences

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def summarise(comparison: "Comparison") -> dict[str, Any]:
    """Gather everything the page shows, as texts, numbers and SVG."""
    view = view_of(comparison)
    made = [(each, each.build(view)) for each in SECTIONS]
    return {
        **_top(view),
        **_shared(view),
        "sections": [
            {"name": each.name, "title": each.title, "it": content}
            for each, content in made
            if content is not None
        ],
    }


def _top(view: View) -> dict[str, Any]:
    """What stands above all sections."""
    return {
        "title": view.comparison.dataset.name,
        "what": _what(view),
        "headline": paired.headline(view.ranked, view.metric, view.comparison.pairs),
        "verdict": glance.verdict(view),
        "facts_line": overview(view.comparison),
        "figures": glance.figures(view),
        "misses": misses(view),
        "caveats": caveats(view),
        "warnings": [*view.comparison.reading, *warnings(view)],
    }


def caveats(view: View) -> list[str]:
    """What takes the headline back, or qualifies it."""
    seen = lookalikes.told(view.comparison, view.best, view.metric)
    return [*map(sentences.sentence, seen), *checks.caveats(view.comparison.findings)]


def warnings(view: View) -> list[str]:
    """What is to be known of the data before anything else, caveats left out."""
    known = caveats(view)
    told = [sentences.sentence(text) for text in view.comparison.dataset.warnings]
    return [text for text in told if text not in known]


def _what(view: View) -> Text:
    """Name what the page is: models were compared, or one that was there was judged."""
    if view.comparison.protocol.kind == "held-out evaluation":
        return say("evaluation")
    return say("comparison")


def _shared(view: View) -> dict[str, Any]:
    """What several sections need to know of the comparison."""
    protocol = view.comparison.protocol
    return {
        "legend": [score_tables.row(m, view.looks, [view.metric]) for m in view.ranked],
        "kind": protocol.kind,
        "positive": protocol.positive_class,
        "seeds": view.comparison.run.seeds,
        "repeated": (protocol.repeats or 1) > 1,
    }
