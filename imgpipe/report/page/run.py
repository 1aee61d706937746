"""What another person needs to run it again."""

import json
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
from imgpipe.features.settings_file import settings_for_json
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def section(view: View) -> dict[str, Any]:
    """The command, the machine and the versions."""
    run = view.comparison.run
    return {
        "command": run.command,
        "run": rows(view.comparison),
        "versions": sorted(run.versions.items()),
    }


def rows(comparison: "Comparison") -> list[tuple[str, str]]:
    """List when and where it ran, from which seed, and the hash of the data."""
    run = comparison.run
    last = run.seed + run.seeds - 1
    seeds = f"{run.seed}" if run.seeds == 1 else say("{a} to {b}", a=run.seed, b=last)
    return [
        *([] if run.called_in is None else [(say("Called in"), run.called_in)]),
        (say("Started"), str(run.started)),
        (say("Wall time"), numbers.duration(run.wall_seconds)),
        (say("CPU time"), numbers.duration(run.cpu_seconds)),
        (say("Processor"), str(run.cpu)),
        (say("Threads"), str(run.threads)),
        (say("Seeds") if run.seeds > 1 else say("Seed"), seeds),
        (say("Hash of the data"), str(run.data_hash)),
        *([] if run.settings is None else [(say("Settings of features"), _changed(run.settings))]),
    ]


def _changed(settings: dict[str, Any]) -> str:
    """List the settings that are not the defaults; settings.yaml has them all."""
    usual = settings_for_json({})
    changed = [
        f"{key}: {json.dumps(value)}"
        for key, value in settings.items()
        if key not in usual or value != usual[key]
    ]
    return "; ".join(changed).replace('"', "") if changed else say("the defaults")
