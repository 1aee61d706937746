"""Build the site: pages of the repository and of the docstrings, into ``build/site``.

The pages are copied into a folder that has the shape of the repository, so that a link from one
file to another holds on a code host and on the site.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from docs.site.lessons import lessons
from docs.site.links import broken
from docs.site.navigation import AFTER, BEFORE, LESSONS, ROOT, SECTIONS, Section, file_of
from docs.site.reference import pages

HERE = Path(__file__).parent
# what pages show or point to beside one another
BESIDE = (
    "docs/pictures/*.jpg",
    "docs/pictures/*.png",
    "docs/pictures/*.svg",
    "benchmarks/results/*.svg",
    "Dockerfile",
    "LICENSE",
)


def main(arguments: list[str]) -> int:
    """Build into the folder that is named (``build/site``), and say what is wrong with it."""
    from sphinx.cmd.build import build_main

    site = Path(arguments[0] if arguments else ROOT / "build" / "site")
    source, doctrees = site.with_name("site-source"), site.with_name("site-doctrees")
    shutil.rmtree(site, ignore_errors=True)
    try:
        stage(source)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    # -E: a page that is read once keeps what its links led to then
    options = ["-b", "html", "-E", "-q", "-W", "--keep-going", "-d", str(doctrees), "-c", str(HERE)]
    if status := build_main([*options, str(source), str(site)]):
        return status
    wrong = broken(site)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if not wrong:
        print(f"{sum(1 for _ in site.rglob('*.html'))} pages: {site / 'index.html'}")
    return int(bool(wrong))


def stage(source: Path) -> None:
    """Bring all pages together, in a folder that holds nothing else."""
    shutil.rmtree(source, ignore_errors=True)
    wanted = {"index.md": _home(), "README.md": (ROOT / "README.md").read_text(encoding="utf-8")}
    for section in SECTIONS:
        wanted[f"{section.name}.md"] = _section(section)
        if section is LESSONS:
            wanted |= dict(lessons(section.pages()))
            continue
        for page in section.pages():
            wanted[f"{page}.md"] = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    wanted |= _not_measured(wanted)
    wanted |= {f"{page}.rst": text for page, text in pages().items()}
    for name, text in wanted.items():
        _put(source / name, text.encode())
    for pattern in BESIDE:
        for path in ROOT.glob(pattern):
            _put(source / path.relative_to(ROOT), path.read_bytes())


def title_of(page: str) -> str:
    """Give the first heading of a page, or of a notebook, of the repository."""
    file = file_of(page)
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    for line in text.splitlines():
        if line.startswith("# "):
            return line[2:].strip()
    raise ValueError(f"{page} has no heading")


def _not_measured(texts: dict[str, str]) -> dict[str, str]:
    """Write the pages of results that are linked to, and that no benchmark has written yet."""
    linked = set(re.findall(r"\]\([./]*(benchmarks/results/\w+\.md)", " ".join(texts.values())))
    words = (
        "---\norphan: true\n---\n\n# {}\n\nNot measured yet; `make bench-{}` writes this page.\n"
    )
    missing = (Path(name) for name in sorted(linked - set(texts)))
    return {str(path): words.format(path.stem.capitalize(), path.stem) for path in missing}


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _home() -> str:
    lines = [(HERE / "index.md").read_text(encoding="utf-8"), "", "| | |", "|---|---|"]
    lines.append("| [Start](README.md) | install, compare, and what the report says |")
    lines += [_line(section) for section in BEFORE]
    lines.append("| [Reference](reference.rst) | every public name, from its docstring |")
    lines += [_line(section) for section in AFTER]
    names = [section.name for section in BEFORE], [section.name for section in AFTER]
    entries = ["Start <README>", *names[0], "reference", *names[1]]
    return "\n".join([*lines, "", *_contents(entries)])


def _line(section: Section) -> str:
    return f"| [{section.title}]({section.name}.md) | {section.words} |"


def _section(section: Section) -> str:
    lines = [f"# {section.title}", "", section.words, ""]
    for heading, group in section.groups.items():
        lines += [f"## {heading}", ""]
        for page, words in group.items():
            link = f"[{title_of(page)}]({page}{file_of(page).suffix})"
            lines.append(f"- {link}{': ' if words else ''}{words}")
        # the bar at the side has the same headings
        lines += ["", *_contents([*group], heading)]
    return "\n".join(lines)


def _contents(entries: list[str], heading: str = "") -> list[str]:
    caption = [f":caption: {heading}"] if heading else []
    return ["```{toctree}", ":hidden:", *caption, "", *entries, "```", ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
