"""Which page stands where: sections of the site, in the order of its bar, and their pages."""

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


def results() -> list[str]:
    """Name the pages that benchmarks wrote; they say by their titles what they are."""
    return [f"benchmarks/results/{path.stem}" for path in ROOT.glob("benchmarks/results/*.md")]


def file_of(page: str) -> Path:
    """Give the file of a page: a notebook, or else Markdown."""
    notebook = ROOT / f"{page}.ipynb"
    return notebook if notebook.is_file() else ROOT / f"{page}.md"


def notebooks(folder: str) -> dict[str, str]:
    """Name the lessons of a folder; they say by their titles what they are."""
    found = sorted(path.stem for path in ROOT.glob(f"{folder}/*.ipynb"))
    return dict.fromkeys([f"{folder}/{name}" for name in found], "")


@dataclass(frozen=True)
class Section:
    """A page of links: its file, its title, what it says first, its groups of pages.

    A page is named by its file in the repository, without ``.md`` or ``.ipynb``; groups have a
    heading each.
    """

    name: str
    title: str
    words: str
    groups: dict[str, dict[str, str]] = field(default_factory=dict)

    def pages(self) -> list[str]:
        """Give the pages of all groups."""
        return [page for group in self.groups.values() for page in group]


LESSONS = Section(
    "lessons",
    "Lessons",
    "From a filter to a verdict, with pictures, and questions to answer before you go on. Each is "
    "a notebook that runs in less than 90 seconds on data that the package makes: for a course, a "
    "teacher, or alone. 中文课程在下面。",
    {"English": notebooks("notebooks"), "中文": notebooks("notebooks/zh")},
)

HOW_TO = Section(
    "how-to",
    "How to",
    "One job a page, from the first command to the result.",
    {
        "What goes in": {
            "docs/own_folder": "a folder of PNGs and classes, to a report",
            "docs/hospital": "DICOM studies and a spreadsheet, to a report",
            "docs/dicom": "series, units and windows",
            "docs/volumes": "NIfTI, NRRD, DICOM SEG and RTSTRUCT",
            "docs/enhancement": "windows, noise and gray levels before measuring",
            "docs/privacy": "what in files may name a patient",
        },
        "Coming from": {
            "docs/from_pyradiomics": "the same extraction, with your parameter file",
            "docs/from_scipy": "what each function of scipy.ndimage is called here",
            "docs/for_r_and_spss": "features as a table for R, SPSS or a spreadsheet",
        },
        "Regions and lesions": {
            "docs/segmentation": "methods and recipes, with pictures",
            "docs/pixels": "a few strokes teach which pixel is what",
            "docs/measure": "masks against a reference",
            "docs/detection": "where lesions are",
            "docs/regions": "where features look, and what that buys",
        },
        "Many images": {
            "docs/batches": "what happens on the way, and after a kill",
            "docs/scale": "a cluster of machines",
        },
        "To play and to teach": {
            "docs/lab": "filters, segmentation and models at the move of a slider",
        },
        "Models at work": {
            "docs/bundle": "a model as one file",
            "docs/export": "a model as one ONNX graph, or as a web page",
            "docs/serve": "predictions over HTTP",
            "docs/listen": "predictions of what is sent by DICOM",
            "docs/small_box": "where disk and memory are short",
        },
    },
)

CATALOGUE = Section(
    "catalogue",
    "Catalogue",
    "What there is by name, and what each number and code means.",
    {
        "Features": {
            "docs/features": "every feature: formula, IBSI code, names in PyRadiomics and MIRP",
            "docs/settings": "every setting, and what it is called elsewhere",
        },
        "Scores": {
            "docs/checks": "codes of what is wrong with data and scores",
            "docs/statistics": "intervals, tests and verdicts",
            "docs/novelty": "images out of distribution",
        },
        "Files": {
            "docs/dicom_files": "what becomes of each test file of pydicom",
        },
        "Exit codes": {
            "docs/exit_codes": "what a verb says to a script",
        },
    },
)

BENCHMARKS = Section(
    "benchmarks",
    "Benchmarks",
    "Written by `make bench` and its kin, with machine, versions and commit, none by hand; and "
    "what results are compared with.",
    {
        "Results": dict.fromkeys(sorted(results()), ""),
        "Tests": {"docs/tested": "what each room is compared with, and what is made to go wrong"},
    },
)

DESIGN = Section(
    "design",
    "Design",
    "For those who carry on: what lives where, why, and how to add to it.",
    {
        "The house": {
            "ARCHITECTURE": "what lives where; how to add a kernel, a feature family, a verb",
            "docs/design/kernels": "which loop answers which call, why, and how to profile one",
        },
        "Work on it": {
            "CONTRIBUTING": "set up, test, race a loop, release",
            "SECURITY": "how to report a weakness",
            "CHANGELOG": "what changed",
        },
    },
)

# the reference stands between them, made from docstrings
BEFORE, AFTER = (LESSONS, HOW_TO), (CATALOGUE, BENCHMARKS, DESIGN)
SECTIONS = (*BEFORE, *AFTER)
