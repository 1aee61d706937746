"""Networks on PneumoniaMNIST beside the figures that its makers published.

Run with ``make bench-yardstick``: it calls `imgpipe compare` twice and this module on the run
folders. The tables in ``benchmarks/results`` are written here, from what the runs hold, and never
edited by hand.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks._timing import RESULTS, stamp, table
from benchmarks.plots import write_page

# AUC and accuracy on the official test part: MedMNIST v2, Scientific Data 2023
PUBLISHED = {"resnet18-28": (0.944, 0.854)}
# what the defaults should reach: AUC, accuracy, CPU seconds of one fit
GOALS = {"cnn": (0.950, 0.830, 180.0), "resnet18-28": (None, None, 1200.0)}
SHOWN = ("auc", "accuracy")


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Take what is recorded of each model out of a run's ``result.json``."""
    return [
        {
            "model": name,
            "seeds": result["run"]["seeds"],
            **{metric: model["metrics"][metric] for metric in SHOWN},
            "published": dict(zip(SHOWN, PUBLISHED.get(name, ()), strict=False)),
            "goal": dict(zip((*SHOWN, "fit_cpu_seconds"), GOALS.get(name, ()), strict=False)),
            **model["cost"],
        }
        for name, model in result["models"].items()
    ]


def score(row: dict[str, Any], metric: str) -> str:
    """Write the value, its interval, and its deviation over seeds."""
    found = row[metric]
    text = f"{found['value']:.3f} ({found['low']:.3f}-{found['high']:.3f})"
    return text + (f" ± {found['seed_sd']:.3f}" if found.get("seed_sd") is not None else "")


def met(row: dict[str, Any]) -> str:
    """Say whether the model reaches what it should."""
    goal = {key: value for key, value in row["goal"].items() if value is not None}
    if not goal:
        return ""
    missed = [
        key
        for key, value in goal.items()
        if (row[key] > value if key == "fit_cpu_seconds" else row[key]["value"] < value)
    ]
    return f"missed: {', '.join(missed)}" if missed else "met"


def cells(row: dict[str, Any]) -> list[str]:
    """Write one line of the table."""
    return [
        row["model"],
        str(row["seeds"]),
        *(score(row, metric) for metric in SHOWN),
        " / ".join(f"{value:.3f}" for value in row["published"].values()),
        " / ".join("any" if v is None else f"{v:g}" for v in row["goal"].values()),
        met(row),
        f"{row['fit_cpu_seconds']:.0f}",
        f"{row['epochs']:.3g}" if "epochs" in row else "",
        f"{row['parameters']:,}" if "parameters" in row else "",
        f"{row['predict_ms_per_image']:.2f}",
        f"{row['model_bytes'] / 1e6:.1f}",
    ]


HEADER = (
    "model", "seeds", "AUC", "accuracy", "published", "goal", "", "fit CPU s", "epochs",
    "parameters", "ms an image", "MB",
)  # fmt: skip


def learning_lines(curve: dict[str, Any]) -> list[str]:
    """Write the learning curves as a table, and where they cross."""
    header = [f"AUC by {curve['unit']}", *(f"{n:,}" for n in curve["curves"][0]["patients"])]
    body = [
        [one["name"], *(f"{p['value']:.3f} ({p['low']:.3f}-{p['high']:.3f})" for p in one["auc"])]
        for one in curve["curves"]
    ]
    return ["", "## Learning curve", "", curve["statement"], "", table(header, body)]


def page(found: list[dict[str, Any]], results: list[dict[str, Any]], facts: dict[str, Any]) -> str:
    """Write the whole page."""
    card = results[0]["dataset"]
    lines = [
        "# Networks on PneumoniaMNIST",
        "",
        "Official split, defaults, early stopping on the validation part, one look at the test",
        "part. Intervals are 95 % over test images, ± is the deviation over seeds. Published: AUC",
        "and accuracy of MedMNIST v2's table (Scientific Data 2023); ours are on a rebuilt copy",
        f"(`{card['name']}`: the same images as far as counts, mean and deviation tell, in another",
        "order of training), so the two stand side by side and are no race. Goal: AUC, accuracy",
        "and CPU seconds of a fit.",
        "",
        table(HEADER, [cells(row) for row in found]),
    ]
    for result in results:
        if "learning_curve" in result:
            lines += learning_lines(result["learning_curve"])
    lines += ["", "## Runs", ""]
    for result in results:
        run = result["run"]
        versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
        lines += [
            f"- `{run['command']}`",
            f"  - {run['started']}, {run['cpu']}, {run['threads']} thread(s), "
            f"{run['cpu_seconds']:.0f} CPU s in all",
            f"  - {versions}; data {run['data_hash'][:12]}",
        ]
    stamped = [f"- {name}: {value}" for name, value in facts.items()]
    return "\n".join([*lines, "", "## Recorded", "", *stamped, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, help="run folders of imgpipe compare")
    parser.add_argument("--commit", help="of the code that ran, where it is not the one here")
    chosen = parser.parse_args()
    results = [json.loads((run / "result.json").read_text("utf-8")) for run in chosen.runs]
    found = [row for result in results for row in rows(result)]
    facts = stamp(())
    facts = {key: facts[key] for key in ("cpu", "cores", "system", "commit", "date")}
    if chosen.commit:
        facts["commit"] = chosen.commit
    RESULTS.mkdir(exist_ok=True)
    document = {
        "facts": facts,
        "runs": [result["run"] for result in results],
        "dataset": {k: results[0]["dataset"][k] for k in ("name", "n", "counts", "warnings")},
        "rows": found,
        "learning_curves": [r["learning_curve"] for r in results if "learning_curve" in r],
    }
    text = json.dumps(document, indent=2)
    (RESULTS / "yardstick.json").write_text(text + "\n", encoding="utf-8")
    write_page(RESULTS / "yardstick.md", page(found, results, facts))
    print(table(HEADER, [cells(row) for row in found]))


if __name__ == "__main__":
    main()
