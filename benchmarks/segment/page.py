"""The tables: `segment.json` and `segment.md`."""

import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks._timing import rounded, stamp_lines, table
from benchmarks.plots import write_page
from benchmarks.segment.sections import Goal, Section, Table

_NOTES = Path(__file__).parent.parent / "segment_notes.toml"


def render(sections: list[Section], absent: dict[str, str], facts: dict[str, Any]) -> str:
    """The whole page as Markdown."""
    lines = [
        "# Segmentation and detection beside the peers",
        "",
        "A ratio is the peer's median time over ours in one run, in which the sides took turns on",
        "one thread each, after their results were compared; above 1 ours is faster.",
        "",
        *stamp_lines(facts),
        "",
        *_goals([(goal, goal.met) for section in sections for goal in section.goals]),
    ]
    lines += [f"{name} is left out: no {why}.\n" for name, why in absent.items()]
    for section in sections:
        lines += [f"## {section.title}", ""]
        for part in section.body:
            lines += [table(part.header, part.rows) if isinstance(part, Table) else part, ""]
    return "\n".join(lines)


def write(folder: Path, text: str, sections: list[Section], facts: dict[str, Any]) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_page(folder / "segment.md", text)
    document = {
        "run": facts,
        "goals": [asdict(g) | {"met": g.met} for section in sections for g in section.goals],
        "figures": {section.title: section.figures for section in sections},
    }
    written = json.dumps(rounded(document), indent=1) + "\n"
    (folder / "segment.json").write_text(written, encoding="utf-8")


def renew(folder: Path) -> None:
    """Write the goals anew, from the figures of the last run and the notes as they are now."""
    kept = json.loads((folder / "segment.json").read_text(encoding="utf-8"))["goals"]
    goals = [(each.pop("met"), Goal(**each)) for each in kept]  # rounding may hide a near miss
    path = folder / "segment.md"
    before, _, rest = path.read_text(encoding="utf-8").partition("## Goals\n")
    after = rest[rest.index("\n## ") + 1 :]
    path.write_text(
        before + "\n".join([*_goals([(goal, met) for met, goal in goals]), after]), encoding="utf-8"
    )


def _goals(goals: list[tuple[Goal, bool]]) -> list[str]:
    if not goals:
        return []
    reasons = tomllib.loads(_NOTES.read_text(encoding="utf-8"))
    rows, notes = [], []
    for goal, met in goals:
        text = f"{goal.text}: at {goal.side} {goal.limit:g} {goal.unit}".rstrip()
        found = f"{goal.found:.4g} {goal.unit}".rstrip()
        rows.append((text, found, "met" if met else "**missed**"))
        if not met:
            why = reasons.get(goal.key, "no reason is written down yet")
            notes.append(f"- {goal.text}: {why}")
    below = [*notes, ""] if notes else []
    return ["## Goals", "", table(("goal", "found", "verdict"), rows), "", *below]
