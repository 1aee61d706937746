"""Writing and announcing a run folder, for the verbs that make one."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imgpipe.cli.program import output as _output

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def publish(
    comparison: "Comparison", out: Path, command: str, as_json: bool, lang: str = "en"
) -> None:
    """Write the run folder whole or not at all, then show the leaderboard."""
    from imgpipe import evaluate, report
    from imgpipe._common import atomic_path, shown

    facts = replace(comparison.run, command=command, called_in=shown(os.getcwd()))
    comparison = replace(comparison, run=facts)
    with atomic_path(out, folder=True) as folder:
        evaluate.save_run(comparison, folder)
        report.to_html(comparison, folder / "report.html", lang=lang)
        report.to_markdown(comparison, folder / "report.md", lang=lang)
    if as_json:
        _output.print_json({**comparison.to_dict(), "out": str(out)})
        return
    card = comparison.dataset
    found = comparison.look_alikes
    if found is not None and found.without is not None:
        click.echo(f"Warning: {found.without.statement}; see the rows below", err=True)
    for text in card.warnings:
        if text not in card.rough:
            click.echo(f"Warning: {text}", err=True)
    _output.print_leaderboard(comparison)
    click.echo()
    for text in _readings(comparison):
        click.echo(text)
    if found is not None and found.as_drawn is not None:
        click.echo(f"Note: {found.as_drawn.statement}")
    for text in card.rough:
        click.echo(f"Note: {text}")
    if comparison.protocol.positive_class is not None:
        guess = "" if "--positive" in command else _guess(comparison)
        click.echo(f"Positive class: {comparison.protocol.positive_class}{guess}")
    click.echo(f"Report: {out / 'report.html'}")


def _readings(comparison: "Comparison") -> list[str]:
    """What the paired tests say of the best model, and of whether models differ at all."""
    from imgpipe.report.words.paired import readings

    best = comparison.leaderboard()["model"].iloc[0]
    return readings(best, comparison.pairs)


def _guess(comparison: "Comparison") -> str:
    """Say where nothing but the order of the names made a class the positive one."""
    from imgpipe.datasets.annotations.positive import is_guess

    chosen_here = comparison.protocol.kind != "held-out evaluation"
    if chosen_here and is_guess(comparison.dataset.classes):
        return ", the last by name (--positive NAME chooses another)"
    return ""
