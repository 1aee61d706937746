"""All of IBSI-1 on a slice and on a volume, against MIRP: one process, one thread, warm.

Run with ``make bench-features``. MIRP stays out of our environment: name the interpreter of one
that has it in ``IMGPIPE_BENCH_MIRP``, and it is timed in the same run. Values that both report are
compared before anything is written. The tables and the plot in ``benchmarks/results`` are written
here and never edited by hand.
"""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from scipy import ndimage

from benchmarks._timing import RESULTS, alternate, stamp, stamp_lines, table
from benchmarks.plots import svg_pyplot
from imgpipe.features import FAMILIES, catalogue, extract, extract_many

IBSI = [name for name, family in FAMILIES.items() if family.ibsi]
TEXTURE = [name for name in IBSI if name != "morphology"]
MIRP_FAMILIES = {
    "intensity": "statistics",
    "histogram": "intensity_histogram",
    "ivh": "intensity_volume_histogram",
}
MIRP_METHODS = {"BTW3": "2d_average", "SUJT": "2d_slice_merge", "IAZD": "3d_volume_merge"}
MIRP_CODES = {"BTW3": "_2d_avg", "SUJT": "_2d_s_mrg", "8QNN": "_2d", "IAZD": "_3d_v_mrg",
              "KOBO": "_3d", None: ""}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One thing that is timed, and the milliseconds that it may take."""

    name: str
    image: np.ndarray
    mask: np.ndarray | None
    families: list[str]
    aggregation: str
    target_ms: float | None
    peer: bool = False


def slice_of_512() -> tuple[np.ndarray, np.ndarray]:
    """512x512 pixels, a disc of about 20,000 in the mask."""
    smooth = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(512, 512)), 1.5)
    y, x = np.mgrid[:512, :512] - 256
    return np.round(4000 * smooth).astype(np.int16), y**2 + x**2 < 80**2


def volume_of_64() -> tuple[np.ndarray, np.ndarray]:
    """128x128x64 voxels, a ball of about 60,000 in the mask."""
    smooth = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(64, 128, 128)), 1.0)
    z, y, x = np.mgrid[:64, :128, :128] - np.array([32, 64, 64]).reshape(3, 1, 1, 1)
    return np.round(4000 * smooth).astype(np.int16), z**2 + y**2 + x**2 < 24.3**2


def cases() -> list[Case]:
    """(a), (b), (c), and each family of (a) and (b) on its own."""
    flat, deep = slice_of_512(), volume_of_64()
    stack = np.random.default_rng(2).integers(0, 256, (1000, 28, 28), dtype=np.uint8)
    found = [
        Case("(a) slice, all but morphology, both 2-D", *flat, TEXTURE, "all", 10, peer=True),
        Case("(b) volume, all but morphology, 3-D", *deep, TEXTURE, "default", 60, peer=True),
        Case("(b) volume, all, 3-D", *deep, IBSI, "default", 300, peer=True),
        Case("(c) 1,000 images of 28x28", stack, None, ["intensity", "glcm", "lbp"], "default", 50),
    ]
    found += [Case(f"(a) {name} alone", *flat, [name], "all", None) for name in IBSI]
    found += [Case(f"(b) {name} alone", *deep, [name], "default", None) for name in IBSI]
    return found


def ours(case: Case):
    """Call that is timed."""
    settings = {"families": case.families, "aggregation": case.aggregation}
    if case.mask is None:
        return lambda: extract_many(case.image, **settings)
    return lambda: extract(case.image, case.mask, **settings)


def mirp(case: Case) -> dict | None:
    """Seconds and values of MIRP, or None where no interpreter with it is named."""
    python = os.environ.get("IMGPIPE_BENCH_MIRP")
    if not python or not case.peer:
        return None
    flat = case.image.ndim == 2
    codes = ("BTW3", "SUJT") if flat else ("IAZD",)
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.npz"
        np.savez(
            job,
            image=np.atleast_3d(case.image).reshape((-1, *case.image.shape[-2:])),
            mask=case.mask.reshape((-1, *case.mask.shape[-2:])).astype(int),
            by_slice=flat,
            families=[MIRP_FAMILIES.get(name, name) for name in case.families],
            methods=[MIRP_METHODS[code] for code in codes],
            repeats=1 if "morphology" in case.families and not flat else 3,
        )
        worker = Path(__file__).with_name("_mirp_worker.py")
        environment = {**os.environ, "PYTHONPATH": ""}
        environment.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
        command = [python, str(worker), str(job)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def compare(case: Case, theirs: dict) -> tuple[int, list[str]]:
    """Number of values that both report and agree in, and the names of those that do not."""
    settings = {"families": case.families, "aggregation": case.aggregation}
    values = extract(case.image, case.mask, **settings)
    agreed, differing = 0, []
    for feature in catalogue(**settings, ndim=case.image.ndim):
        if feature.mirp is None:
            continue
        tag = feature.mirp + "{}" + MIRP_CODES[feature.aggregation]
        endings = {"glcm": "_d1", "ngldm": "_d1_a0.0"}
        tag = tag.format(endings.get(feature.family, ""))
        names = [name for name in (tag, f"{tag}_fbn_n32") if name in theirs]
        if not names:
            differing.append(f"{feature.name} (absent)")
        elif np.isclose(values[feature.name], theirs[names[0]], rtol=1e-5, atol=1e-9):
            agreed += 1
        else:
            differing.append(f"{feature.name}: {values[feature.name]:.6g}, {theirs[names[0]]:.6g}")
    return agreed, differing


def memory_mib() -> float:
    """Rise of the resident memory over the import by one run of (b) with everything."""
    image, mask = volume_of_64()
    extract(image[:8, :8, :8], families="ibsi")
    process = psutil.Process()
    before = process.memory_info().rss
    extract(image, mask, families=IBSI)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return (peak - before) / 2**20


def main() -> None:
    memory = memory_mib()
    rows, notes = [], []
    for case in cases():
        seconds = alternate([ours(case)], least=9)[0]
        peer = mirp(case)
        theirs = None
        if peer is not None:
            theirs = 1e3 * float(np.median(peer["seconds"]))
            agreed, differing = compare(case, peer["values"])
            notes.append(
                f"{case.name}: {agreed} values equal MIRP's; others: {differing or 'none'}"
            )
        rows.append({"case": case.name, "imgpipe_ms": 1e3 * seconds, "target_ms": case.target_ms,
                     "mirp_ms": theirs})  # fmt: skip
        print(rows[-1], flush=True)
    write(rows, notes, memory)


def write(rows: list[dict], notes: list[str], memory: float) -> None:
    facts = stamp(("imgpipe", "numpy", "scipy", "numba", "scikit-image"))
    facts["memory of (b), MiB above the import"] = round(memory)
    cells = []
    for row in rows:
        target, peer = row["target_ms"], row["mirp_ms"]
        cells.append(
            [
                row["case"],
                f"{row['imgpipe_ms']:.2f}",
                "" if target is None else f"{target:.0f}",
                "" if peer is None else f"{peer:.0f}",
                "" if peer is None else f"{peer / row['imgpipe_ms']:.0f}",
            ]
        )
    lines = [
        "# IBSI-1 features",
        "",
        "Median milliseconds, one process, one thread, warm.",
        "",
        "![Each family alone, in ms](ibsi.svg)",
        "",
        table(["case", "imgpipe", "goal", "MIRP", "ratio"], cells),
        "",
        *(f"- {note}" for note in notes),
        *stamp_lines(facts),
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ibsi.md").write_text("\n".join(lines), encoding="utf-8")
    document = json.dumps({"facts": facts, "rows": rows, "notes": notes}, indent=2)
    (RESULTS / "ibsi.json").write_text(document + "\n", encoding="utf-8")
    plot(rows)
    print("\n".join(lines))


def plot(rows: list[dict]) -> None:
    """Bars of each family in (a) and (b)."""
    pyplot = svg_pyplot()
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for axis, letter in zip(axes, "ab", strict=True):
        times = {name: row["imgpipe_ms"] for name in IBSI for row in rows
                 if row["case"] == f"({letter}) {name} alone"}  # fmt: skip
        axis.barh(list(times), list(times.values()), color="#33658a")
        axis.invert_yaxis()
        axis.set_xlabel("ms")
        axis.set_title(f"({letter}) each family alone", fontsize=11)
    figure.savefig(RESULTS / "ibsi.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
