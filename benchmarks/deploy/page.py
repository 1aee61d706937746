"""The tables: `deploy.json` and `deploy.md`."""

import json
from pathlib import Path
from typing import Any

from benchmarks._timing import RESULTS, rounded, stamp_lines, table
from benchmarks.deploy.goals import JUDGED, judged, notes
from benchmarks.plots import write_page

# what other benchmarks found of the same file, shown here where they have run
OTHERS = {
    "serving": "Over HTTP",
    "fuzz": "Fuzzing of the loader",
    "novelty": "Images unlike those of the training",
    "serve": "A server",
}

_SHOWN = 8  # of many reasons


def render(found: dict[str, Any]) -> str:
    """The whole page as Markdown."""
    lines = [
        "# A trained model as a file",
        "",
        f"Data: {found['data']}.",
        "Networks are trained on a few images only: what one costs to run does not depend on how",
        "well it was trained. 512x512: models of 200 made-up images, smooth with noise.",
        "The bundle's probabilities were equal to the pipeline's before anything was timed; the",
        "sides took turns, and their ratios are of this one run; none has workers. MB are of",
        "1,000,000 bytes.",
        "",
        *stamp_lines(found["run"]),
        "",
        *_goals(found["models"]),
        *_parity(found["models"]),
        *_cold(found),
        *_latency(found["models"], "latency", "28x28"),
        *_latency(found["models"], "latency_large", "512x512"),
        *_throughput(found["models"]),
        *_sizes(found["models"]),
        *_rows(found["models"]),
        *_graphs(found["models"]),
        *_listener(found["listener"]),
        *_imported(found["imported"]),
    ]
    for name, title in OTHERS.items():
        lines += _other(name, title)
    return "\n".join(lines)


def write(folder: Path, text: str, found: dict[str, Any]) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_page(folder / "deploy.md", text)
    document = rounded(found | {"goals": judged(found["models"])})
    (folder / "deploy.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _goals(models: dict[str, Any]) -> list[str]:
    rows, reasons = [], notes()
    for one in judged(models):
        value = one["measured"]
        measured = "not measured" if value is None else f"{_number(value)} {one['unit']}"
        short = ", ".join(f"{name} {_number(value)}" for name, value in one["short"].items())
        why = [f"also missed: {short}"] if short else []
        missed = [*([] if one["met"] or value is None else [JUDGED]), *one["short"]]
        keys = [key for name in missed for key in (f"{one['key']} {name}", one["key"])]
        why += list(dict.fromkeys(reasons[key] for key in keys if key in reasons))
        if missed and len(why) == bool(short):
            why.append("no reason is written down yet")
        verdict = "" if value is None else "met" if one["met"] else "**missed**"
        rows.append([one["goal"], one["before"], measured, verdict, "; ".join(why)])
    header = ["goal", "before", f"measured ({JUDGED})", "verdict", "note"]
    return ["## Goals", "", table(header, rows), ""]


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    if 0 < value < 0.005:
        return f"{value:.1e}"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _parity(models: dict[str, Any]) -> list[str]:
    rows = [
        [name, f"{p['images']:,}", f"{p['difference']:.1e}", f"{p['limit']:g}", str(p["flipped"])]
        for name, p in ((name, model["parity"]) for name, model in models.items())
    ]
    header = ["model", "images", "largest difference of a probability", "at most", "labels flipped"]
    return ["## Parity with the pipeline", "", table(header, rows), ""]


def _cold(found: dict[str, Any]) -> list[str]:
    titles = {"bundle": "bundle", "joblib": "joblib, --trust", "bare": "bare pickle"}
    rows = []
    for name, model in found["models"].items():
        ours = model["cold"]["bundle"]["cpu_s"]
        for way, title in titles.items():
            rows.append([name, title, *_costs(model["cold"][way], ours)])
    rows += [["-", f"import of {name}" if i else name, *_costs(cost, None)]
             for i, (name, cost) in enumerate(found["floors"].items())]  # fmt: skip
    first = found["first"]
    header = ["model", "way", "CPU-s", "lowest to highest", "wall s", "peak MB", "CPU / bundle's"]
    return [
        "## Cold start: a process, one image, the end",
        "",
        "Median of fresh processes, user and system time; peak memory is the highest of them.",
        "Numba's cache and the files are warm. A bare pickle is read without imgpipe: joblib.load",
        "and stock estimators of scikit-learn or LightGBM (TorchScript for the network) on one row",
        f"of features (or the pixels). The very first start of {first['model']}'s bundle, with",
        f"nothing compiled, took {first['cpu_s']:.1f} CPU-s and {first['wall_s']:.1f} s (once).",
        "",
        table(header, rows),
        "",
    ]


def _costs(cost: dict[str, float], ours: float | None) -> list[str]:
    return [
        f"{cost['cpu_s']:.2f}",
        f"{cost['cpu_lowest_s']:.2f} to {cost['cpu_highest_s']:.2f} ({cost['runs']:.0f})",
        f"{cost['wall_s']:.2f}",
        f"{cost['peak_mb']:.0f}",
        "" if ours is None else f"{cost['cpu_s'] / ours:.2f}",
    ]


def _latency(models: dict[str, Any], key: str, size: str) -> list[str]:
    rows = []
    for name, model in models.items():
        for side, cost in model.get(key, {}).items():
            numbers = [f"{cost[p]:.2f}" for p in ("p50_ms", "p95_ms", "p99_ms", "cpu_ms")]
            rows.append([name, side, *numbers, f"{cost['calls']:.0f}"])
    header = ["model", "file", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "calls"]
    return [f"## Latency of `Predictor.predict`, one image of {size}", "", table(header, rows), ""]


def _throughput(models: dict[str, Any]) -> list[str]:
    ways = ("bundle", "bundle, 2 processes", "joblib")
    rows = []
    for name, model in models.items():
        rates = model["throughput"]
        told = [f"{rates[way]:,.0f} ({rates[f'{way}, cores']:.2f})" for way in ways]
        rows.append([name, *told])
    lead = [
        "Images a second of `Predictor.predict` with a stack of images of 28x28; in brackets the",
        "CPU seconds that went into a second. Two processes start together; the last one to end",
        "counts.",
    ]
    return ["## Throughput", "", *lead, "", table(["model", *ways], rows), ""]


def _sizes(models: dict[str, Any]) -> list[str]:
    rows = [[name, f"{model['size_mb']:.2f}", f"{model['joblib_mb']:.2f}"]
            for name, model in models.items()]  # fmt: skip
    return ["## Size of the file, MB", "", table(["model", "bundle", "joblib"], rows), ""]


def _rows(models: dict[str, Any]) -> list[str]:
    ways = ("bundle", "stock", "treelite", "skl2onnx")
    raced = {name: model["row_us"] for name, model in models.items() if "row_us" in model}
    rows = [[name, *(f"{spent[way]:.0f}" if way in spent else "" for way in ways)]
            for name, spent in raced.items()]  # fmt: skip
    lead = [
        "Microseconds, median, in one process: imputation, scaling and classifier on one row of",
        "features. Stock: scikit-learn's or LightGBM's own. treelite takes the trees alone,",
        "skl2onnx single precision (which flips labels of forests); blank where not installed.",
    ]
    return ["## The fitted part alone, one row", "", *lead, "", table(["model", *ways], rows), ""]


def _graphs(models: dict[str, Any]) -> list[str]:
    """The models as one graph each, without imgpipe."""
    first, then = [], []
    for name, graph in ((name, model["graph"]) for name, model in models.items()):
        if "refused" in graph:
            continue
        first.append([name, f"{graph['size_mb']:.2f}", *_costs(graph["cold"], None)[:-1]])
        for size, told in (("28x28", graph), ("512x512", graph.get("large"))):
            if told is not None:
                cost, apart = told["latency"], told["parity"]
                numbers = [f"{cost[p]:.2f}" for p in ("p50_ms", "p95_ms", "p99_ms", "cpu_ms")]
                apart = [f"{apart['difference']:.1e}", str(apart["flipped"]), str(apart["images"])]
                then.append([name, size, *numbers, *apart])
    lead = [
        "`imgpipe export`: filters, features and classifier as one ONNX graph, run by a process",
        "that imports onnxruntime, NumPy and Pillow, in one thread. First a process, one image,",
        "the end; then further images, one a call, and the probabilities beside the bundle's.",
        *(f"Not exported: {name}: {model['graph']['refused']}." for name, model in models.items()
          if "refused" in model["graph"]),
    ]  # fmt: skip
    costs = ["model", "MB", "CPU-s", "lowest to highest", "wall s", "peak MB"]
    calls = ["model", "image", "p50 ms", "p95 ms", "p99 ms", "CPU ms"]
    apart = ["largest difference", "labels flipped", "images"]
    tables = [table(costs, first), "", table([*calls, *apart], then)]
    return ["## One ONNX graph, without imgpipe", "", *lead, "", *tables, ""]


def _listener(found: dict[str, Any]) -> list[str]:
    """What comes by C-STORE."""
    if not found:
        return []
    lead = [
        f"`imgpipe listen` with {found['model']}: images of 28x28 from one process in one",
        "association. Stored: answered, with file and folder on the disk. Done: with the results,",
        "which are written behind that. Lost: answered for, and not there with its results at the",
        "end. CPU is that of the listener.",
    ]
    rows = [
        [way, f"{told['images']:,}", f"{told['stored_per_s']:.0f}", f"{told['done_per_s']:.0f}",
         f"{told['cpu_ms']:.1f}", f"{told['lost']:,}"]
        for way, told in found["ways"].items()
    ]  # fmt: skip
    header = ["--results", "images", "stored / s", "done / s", "CPU ms an image", "lost"]
    return ["## A listener for DICOM", "", *lead, "", table(header, rows), ""]


def _imported(sides: dict[str, dict[str, int]]) -> list[str]:
    lines = [
        "## Installed size of what a prediction imports",
        "",
        "Distributions of which `imgpipe predict` had imported a module after one prediction, with",
        "all bytes that each has on disk. A bundle is predicted with all else hidden that the",
        "libraries would take along where they find it (Numba SciPy, NumPy charset-normalizer).",
        "",
    ]
    rows = []
    for side, sizes in sides.items():
        largest = sorted(sizes.items(), key=lambda item: -item[1])
        told = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in largest)
        rows.append([side, str(len(sizes)), f"{sum(sizes.values()) / 1e6:.0f}", told])
    return [*lines, table(["way", "distributions", "MB", "each, MB"], rows), ""]


def _other(name: str, title: str) -> list[str]:
    """What another benchmark wrote: its page, or else the facts and rows of its document."""
    page, document = RESULTS / f"{name}.md", RESULTS / f"{name}.json"
    if page.is_file():
        _, *text = page.read_text(encoding="utf-8").splitlines()
        own = [f"#{line}" if line.startswith("#") else line for line in text]
        return [
            f"## {title}",
            "",
            f"From [{page.name}]({page.name}), of a run of its own.",
            *own,
            "",
        ]
    if not document.is_file():
        return []
    told = json.loads(document.read_text(encoding="utf-8"))
    lines = [f"## {title}", "", f"From `{document.name}`, of a run of its own.", ""]
    facts = {key: value for key, value in told.items() if not isinstance(value, list | dict)}
    lines += [f"- {key.replace('_', ' ')}: {_plain(value)}" for key, value in facts.items()]
    for key, value in told.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            told_of = dict.fromkeys(name for row in value for name in row)
            nested = {name for row in value for name in row if isinstance(row[name], dict)}
            header = [name for name in told_of if name not in nested]
            cells = [[_plain(row.get(name, "")) for name in header] for row in value]
            lines += ["", f"{key.replace('_', ' ').capitalize()}:", "", table(header, cells)]
        elif isinstance(value, list):
            lines.append(f"- {key}: {len(value)}")
        elif isinstance(value, dict) and "versions" in value:
            lines += stamp_lines(value)
        elif isinstance(value, dict):
            most = "; ".join(f"{name} {_plain(n)}" for name, n in list(value.items())[:_SHOWN])
            lines.append(f"- {key}, the first {_SHOWN} of {len(value)}: {most}")
    return [*lines, ""]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value):,}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
