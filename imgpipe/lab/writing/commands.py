"""A chain of steps as `imgpipe` commands."""

import shlex
from pathlib import Path
from typing import Any

from imgpipe.enhance import choosing as steps
from imgpipe.lab.chain import Chain, Step
from imgpipe.lab.numbers import FAMILIES
from imgpipe.lab.writing.python import Source, program_of
from imgpipe.segment import choosing as segmenters
from imgpipe.segment.registry import RECIPES

_OPTIONS = ("sigma", "mode", "cval")


def commands_of(source: Source, chain: Chain, *, given: bool = True) -> str:
    """Write the commands that do what the lab does.

    Parameters
    ----------
    source : Source
    chain : Chain
    given : bool
        Whether the file of the source is the image itself. If not, as for an example and a slice
        of a volume, the first command makes a file of it.

    Returns
    -------
    str
        For a POSIX shell, a command a line. The filtered image is the last ``.nrrd`` file, masks
        are in the folder ``masks``, and ``features.csv`` holds the numbers.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from imgpipe.lab.chain import Chain
    >>> from imgpipe.lab.writing import commands_of
    >>> source = SimpleNamespace(python="...", file="scan.png")
    >>> print(commands_of(source, Chain.of([["median", {"size": 5}]], ["otsu", {}])))
    imgpipe filter median scan.png scan-1.nrrd --size 5
    imgpipe segment scan-1.nrrd --method otsu --out masks
    imgpipe extract masks/masks.csv --out features.csv --families intensity,histogram,glcm,ngtdm
    <BLANKLINE>
    """
    file = source.file if not source.file.startswith("-") else f"./{source.file}"
    stem = Path(file).name.partition(".")[0].lstrip("-") or "image"
    lines = []
    if not given:
        file = _beside(file, stem)
        lines.append(_made(source, file))
    for n, part in enumerate(_parts(chain.filters), 1):
        out = f"{stem}-{n}.nrrd"
        lines.append(_line("filter", *_filtered(part, file, out)))
        file = out
    if chain.segment is not None:
        lines.append(_line("segment", file, *_found(chain.segment), "--out", "masks"))
        file = "masks/masks.csv"
    families = ",".join(FAMILIES)
    lines.append(_line("extract", file, "--out", "features.csv", "--families", families))
    return "\n".join([*lines, ""])


def _beside(file: str, stem: str) -> str:
    """Name a file for the image: never that of the volume, which would be lost."""
    name = f"{stem}.nrrd"
    return name if name.casefold() != Path(file).name.casefold() else f"{stem}-slice.nrrd"


def _made(source: Source, file: str) -> str:
    """Write the image to a file, by Python."""
    program = program_of(source.python, [f"images.write({file!r}, image)"])
    return f"python - <<'END'\n{program}END"


def _parts(filters: tuple[Step, ...]) -> list[list[Step]]:
    """Divide filters into such as one command applies: weights do not stand in a list."""
    parts: list[list[Step]] = []
    for step in filters:
        if not parts or "weights" in step.settings or "weights" in parts[-1][-1].settings:
            parts.append([])
        parts[-1].append(step)
    return parts


def _filtered(part: list[Step], file: str, out: str) -> list[str]:
    """Write what one command is told: a step with its options, or a list."""
    if len(part) > 1:
        return [";".join(map(_in_list, part)), file, out]
    options = []
    for key, value in _changed(part[0]).items():
        if key == "weights":
            options += ["--weights", ";".join(",".join(map(str, row)) for row in value)]
        elif key in _OPTIONS or (key == "size" and isinstance(value, int) and _is_kernel(part[0])):
            options += [f"--{key}", _text(value)]
        else:
            options += ["--set", f"{key}={_text(value)}"]
    return [part[0].name, file, out, *options]


def _in_list(step: Step) -> str:
    said = ",".join(f"{key}={_text(value)}" for key, value in _changed(step).items())
    return f"{step.name}:{said}" if said else step.name


def _changed(step: Step) -> dict[str, Any]:
    return step.changed(steps.defaults_of(step.name))


def _is_kernel(step: Step) -> bool:
    return steps.enhancement_named(step.name) is None


def _found(step: Step) -> list[str]:
    options = ["--recipe" if step.name in RECIPES else "--method", step.name]
    for key, value in step.changed(segmenters.defaults_of(step.name)).items():
        options += ["--set", f"{key}={_text(value)}"]
    return options


def _text(value: Any) -> str:
    """Write a value as --set reads it."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _line(*words: str) -> str:
    return shlex.join(["imgpipe", *words])
