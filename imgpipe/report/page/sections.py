"""The sections of the page in their order: each is a file here and a template of the same name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page import (
    calibration,
    checks,
    conformal,
    confusion,
    costs,
    data,
    features,
    guidelines,
    leaderboard,
    learning,
    lookalikes,
    mistakes,
    not_done,
    operating_points,
    protocol,
    run,
    statistics,
    subgroups,
    threshold,
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
    Section("threshold", say("Curves and threshold"), threshold.section),
    Section("calibration", say("Calibration"), calibration.section),
    Section("operating_points", say("Operating points"), operating_points.section),
    Section("conformal", say("Conformal sets"), conformal.section),
    Section("confusion", say("Confusion matrices"), confusion.section),
    Section("verdicts", say("Pairwise verdicts"), verdicts.section),
    Section("learning", say("Learning curve"), learning.section),
    Section("costs", say("Costs"), costs.section),
    Section("subgroups", say("Subgroups"), subgroups.section),
    Section("mistakes", say("Worst mistakes"), mistakes.section),
    Section("features", say("Features"), features.section),
    Section("data", say("Data card"), data.section),
    Section("lookalikes", say("Look-alikes"), lookalikes.section),
    Section("checks", say("Checks"), checks.section),
    Section("protocol", say("Protocol"), protocol.section),
    Section("statistics", say("Statistics"), statistics.section),
    Section("not_done", say("What was not done"), not_done.section),
    Section("guidelines", say("Reporting guidelines"), guidelines.section),
    Section("run", say("Run"), run.section),
)
