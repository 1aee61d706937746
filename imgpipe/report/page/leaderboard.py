"""The leaderboard: every model's scores, those under other rules, and canaries."""

from typing import Any

from imgpipe.report.page import lookalikes, score_tables
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers, paired, sentences


def section(view: View) -> dict[str, Any]:
    """Scores of all models, best first, as a table and as charts, and how to read them."""
    comparison, ranked, looks = view.comparison, view.ranked, view.looks
    columns = score_tables.columns(ranked)
    return {
        "metrics": [numbers.metric_name(key) for key in columns],
        "board": [score_tables.row(model, looks, columns) for model in ranked],
        "other_rows": lookalikes.rows(comparison, ranked, looks, columns),
        "canaries": score_tables.canary_rows(comparison.canaries, columns),
        "baseline": any(model.name == "dummy" for model in ranked),
        "score_charts": score_tables.score_charts(ranked, looks),
        "sentences": paired.readings(view.best.name, comparison.pairs),
        "shift": sentences.shift([m for m in ranked if m.name != "dummy"], "accuracy"),
        "splits": score_tables.split_rows(ranked, looks),
    }
