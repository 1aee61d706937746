"""From a frozen comparison to a plain dictionary of texts and charts, ready for the template."""

from typing import TYPE_CHECKING, Any

from imgpipe.report.page import (
    calibration,
    checks,
    curves,
    facts,
    lookalikes,
    models,
    operating_points,
    score_tables,
    subgroups,
    verdicts,
)
from imgpipe.report.page.looks import looks_of
from imgpipe.report.words import numbers, paired, sentences

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison

HEADLINE = "auc"
_OPEN_MODELS = 3  # whose mistakes are unfolded from the start


def summarise(comparison: "Comparison") -> dict[str, Any]:
    """Gather everything the page shows, as texts, numbers and SVG."""
    by_name = {model.name: model for model in comparison.models}
    ranked = [by_name[name] for name in comparison.leaderboard()["model"] if name in by_name]
    looks = looks_of(comparison.models)
    card, protocol = comparison.dataset, comparison.protocol
    # with one class among the held-out images there is no AUC
    undefined = numbers.number(ranked[0].metrics[HEADLINE].value) == "–"
    metric = "accuracy" if undefined else HEADLINE
    columns = score_tables.columns(ranked)
    seen = lookalikes.told(comparison, ranked[0], metric)
    caveats = [*map(sentences.sentence, seen), *checks.caveats(comparison.findings)]
    told = [sentences.sentence(text) for text in card.warnings]
    return {
        "title": card.name,
        "headline": paired.headline(ranked, metric, comparison.pairs),
        "facts_line": facts.overview(comparison),
        "warnings": [text for text in told if text not in caveats],
        "metrics": [numbers.metric_name(key) for key in columns],
        "board": [score_tables.row(model, looks, columns) for model in ranked],
        "other_rows": lookalikes.rows(comparison, ranked, looks, columns),
        "look_alikes": lookalikes.section(comparison.look_alikes),
        "canaries": score_tables.canary_rows(comparison.canaries, columns),
        "caveats": caveats,
        "baseline": "dummy" in by_name,
        "score_charts": score_tables.score_charts(ranked, looks),
        "sentences": paired.readings(ranked[0].name, comparison.pairs),
        "shift": sentences.shift([m for m in ranked if m.name != "dummy"], "accuracy"),
        "splits": score_tables.split_rows(ranked, looks),
        "legend": [score_tables.row(model, looks, [HEADLINE]) for model in ranked],
        "verdicts": verdicts.panel(comparison, ranked, looks),
        "roc": curves.roc_panels(ranked, looks),
        "calibration": calibration.calibration(ranked, looks),
        "operating_points": operating_points.operating_points(ranked, looks),
        "conformal": operating_points.conformal(ranked, looks),
        "kind": protocol.kind,
        "positive": protocol.positive_class,
        "seeds": comparison.run.seeds,
        "repeated": (protocol.repeats or 1) > 1,
        "learning": curves.learning_panel(comparison.learning, looks),
        "confusions": [models.confusion(m, looks, card.classes) for m in ranked],
        "importances": [models.importances(m, looks) for m in ranked if m.importances],
        "mistakes": [
            models.mistakes(m, looks, place < _OPEN_MODELS and m.name != "dummy")
            for place, m in enumerate(ranked)
        ],
        "subgroups": subgroups.tables(comparison, ranked, looks, metric),
        "mapped": any(mistake.maps for m in ranked for mistake in m.mistakes),
        "checks": checks.rows(comparison.findings),
        "checks_counted": checks.counted(comparison.findings),
        "card": facts.data_card(comparison),
        "protocol": facts.protocol_rows(comparison),
        "statement": protocol.statement,
        "settings": [models.settings(m, looks) for m in ranked if m.best_params],
        "costs": score_tables.costs(ranked, looks),
        "run": facts.run_rows(comparison),
        "versions": sorted(comparison.run.versions.items()),
        "command": comparison.run.command,
        "not_done": sentences.not_done(comparison),
    }
