"""The sections of the page in their order: each is a file here and a template of the same name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page import (
    calibration,
    checks,
    costs,
    curves,
    facts,
    leaderboard,
    learning,
    lookalikes,
    models,
    operating_points,
    subgroups,
    verdicts,
)
from imgpipe.report.page.view import View


@dataclass(frozen=True)
class Section:
    """A section: `build` gives what its template shows, or None where there is nothing.

    The template ``sections/<name>.html`` finds it as ``it``.
    """

    name: str
    title: Text
    build: Callable[[View], dict[str, Any] | None]


SECTIONS = (
    Section("leaderboard", say("Leaderboard"), leaderboard.section),
    Section("roc", say("ROC curves"), curves.roc_section),
    Section("calibration", say("Calibration"), calibration.section),
    Section("operating_points", say("Operating points"), operating_points.section),
    Section("conformal", say("Conformal sets"), operating_points.conformal_section),
    Section("confusion", say("Confusion matrices"), models.confusion_section),
    Section("verdicts", say("Pairwise verdicts"), verdicts.section),
    Section("learning", say("Learning curve"), learning.section),
    Section("costs", say("Costs"), costs.section),
    Section("subgroups", say("Subgroups"), subgroups.section),
    Section("mistakes", say("Worst mistakes"), models.mistakes_section),
    Section("importance", say("Features"), models.importance_section),
    Section("data", say("Data card"), facts.data_section),
    Section("lookalikes", say("Look-alikes"), lookalikes.section),
    Section("checks", say("Checks"), checks.section),
    Section("protocol", say("Protocol"), facts.protocol_section),
    Section("run", say("Run"), facts.run_section),
)
