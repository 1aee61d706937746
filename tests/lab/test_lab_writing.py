"""What the lab writes down is true: code and commands give, in other processes, what it shows."""

import csv
import json
import math
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from lab_images import KINDS, defaults, lab_image, pairs_of

from imgpipe import images
from imgpipe.cli import main
from imgpipe.lab.chain import Chain, StepRefused
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.knobs import catalogue
from imgpipe.lab.numbers import measure
from imgpipe.lab.writing import commands_of, python_of

STEPS = {step["name"]: step for step in catalogue()}
_SMALL = 128
# runs programs one after another, each in a world of its own, and keeps what they made
_RUNNER = """
import contextlib, io, json, pathlib
import numpy as np
for name, program in json.loads(pathlib.Path("programs.json").read_text()).items():
    world = {}
    with contextlib.redirect_stdout(io.StringIO()) as told:
        exec(compile(program, name, "exec"), world)
    mask = world["mask"]
    np.savez(name, pixels=world["image"].pixels, mask=np.zeros(0) if mask is None else mask)
    told = json.dumps([world["numbers"], told.getvalue()])
    pathlib.Path(name + ".json").write_text(told)
"""
# what the page may ask for, beyond each step as it begins
CHAINS: dict[str, tuple[str, Any, Any]] = {
    "median-otsu": ("bytes", [["median", {"size": 5}]], ["otsu", {}]),
    "hu-survives": ("ct", [["median", {"size": 3}], ["gaussian", {"sigma": 0.8}]], ["body", {}]),
    "window-classes": (
        "ct",
        [["window", {"center": 40.5, "width": 400, "function": "sigmoid"}], ["zscore", {}]],
        ["multi-otsu", {"classes": 4}],
    ),
    "weights-between": (
        "floats",
        [
            ["mean", {"size": [3, 5], "mode": "nearest"}],
            ["convolve", {"weights": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "mode": "wrap"}],
            ["correlate", {"weights": [[-1], [0], [1]]}],
            ["sobel", {"axis": -2}],
            # of derivatives the last bit of floats differs in the process that compiles the loop
            ["gaussian", {"sigma": [0.5, 1.5]}],
        ],
        None,
    ),
    "three-classes": ("bytes", [], ["multi-otsu", {"classes": 3}]),
    "colours": ("colours", [["opening", {"size": 3}], ["laplace", {}]], ["local", {"block": 31}]),
    "lungs": ("ct", [], ["lungs", {"closing": 3.5, "threshold": -450}]),
    "flag": ("floats", [["resample", {"spacing": 2.5}]], ["bright-lesion", {"holes": False}]),
    "contour": ("bytes", [], ["active-contour", {"mu": 0.1, "iterations": 30}]),
    "one-number": ("bytes", [["resize", {"size": 96}], ["gamma", {"gamma": 0.6}]], None),
    "nothing": ("ct", [], None),
}
QUICK = ("hu-survives", "weights-between", "three-classes")


@dataclass(frozen=True)
class Origin:
    """A file with an image, as an upload is."""

    python: str
    file: str
    given: bool = True


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Origin]:
    """Each image in a file that keeps all of it; names need quotes in a shell."""
    folder = tmp_path_factory.mktemp("my images")
    made = {}
    for kind in (*KINDS, "colours"):
        path = folder / f"{kind} 1{'.nrrd' if kind in ('ct', 'floats') else '.png'}"
        images.write(path, lab_image(kind, _SMALL))
        lines = f"from imgpipe import images\n\nimage = images.read({str(path)!r})"
        made[kind] = Origin(lines, str(path))
    return made


def _same(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected, equal_nan=found.dtype.kind == "f")


def _same_numbers(found: dict[str, Any], told: dict[str, Any], names: int = 12) -> None:
    """Every feature that the lab shows has the same value, to the last bit."""
    assert len(told["features"]) >= names
    for each in told["features"]:
        value = found[each["name"]]
        value = math.nan if value in ("", None) else float(value)
        assert each["value"] == value or (each["value"] is None and not math.isfinite(value))


def _run_python(programs: dict[str, str], folder: Path) -> None:
    (folder / "programs.json").write_text(json.dumps(programs))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUNNER], cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def _check_python(chains: dict[str, tuple[str, Chain]], origins: Any, folder: Path) -> None:
    """Programs of chains give what the chains make of the image in the file."""
    programs = {
        name: python_of(origins[kind], chain, channel_axis=lab_image(kind, _SMALL).channel_axis)
        for name, (kind, chain) in chains.items()
    }
    _run_python(programs, folder)
    for name, (kind, chain) in chains.items():
        made = chain.apply(images.read(origins[kind].file))
        found = np.load(folder / f"{name}.npz")
        _same(found["pixels"], made.image.pixels)
        _same(found["mask"], np.zeros(0) if made.mask is None else made.mask)
        numbers, printed = json.loads((folder / f"{name}.json").read_text())
        if not (made.mask is not None and not made.mask.any()):
            _same_numbers(numbers, measure(made.image, made.mask))
            assert len(printed.splitlines()) == len(numbers)


def _check_files(chain: Chain, origin: Origin, folder: Path, last: str) -> None:
    """Files of commands hold what a chain makes of the image in the file."""
    made = chain.apply(images.read(origin.file))
    _same(images.read(folder / last).pixels, made.image.pixels)
    if made.mask is not None:
        [mask] = (folder / "masks").glob("*.png")
        _same(images.read(mask).pixels != 0, made.mask)
    with (folder / "features.csv").open() as file:
        [row] = csv.DictReader(file)
    _same_numbers(row, measure(made.image, made.mask))


def _last(commands: str, origin: Origin) -> str:
    """File of the image after all filters."""
    written = [shlex.split(line)[4] for line in commands.splitlines() if " filter " in line]
    return written[-1] if written else origin.file


@pytest.fixture
def chains() -> dict[str, tuple[str, Chain]]:
    return {name: (kind, Chain.of(*steps)) for name, (kind, *steps) in CHAINS.items()}


def test_the_code_gives_what_the_lab_shows(
    chains: Any, origins: dict[str, Origin], tmp_path: Path
) -> None:
    """Array, mask and numbers are the same in a second process."""
    _check_python({name: chains[name] for name in QUICK}, origins, tmp_path)


@pytest.mark.full
def test_all_code_gives_what_the_lab_shows(
    chains: Any, origins: dict[str, Origin], tmp_path: Path
) -> None:
    """So does every step as the page begins with it, on the first image that it takes."""
    for name, step in STEPS.items():
        chain = Chain.of(*pairs_of(step, defaults(step)))
        kind = next(kind for kind in KINDS if _works(chain, kind))
        chains[name] = (kind, chain)
    _check_python(chains, origins, tmp_path)


def _works(chain: Chain, kind: str) -> bool:
    try:
        mask = chain.apply(lab_image(kind, _SMALL)).mask
    except StepRefused:
        return False
    return mask is None or bool(mask.any())


def _shell(commands: str, folder: Path) -> None:
    """Run commands as one pastes them, with the program and Python of this environment."""
    own = shlex.quote(sys.executable)
    start = f'set -e\npython() {{ {own} "$@"; }}\nimgpipe() {{ {own} -m imgpipe "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-c", start + commands], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.full
@pytest.mark.parametrize("name", ["one-number", "hu-survives"])
def test_the_commands_give_what_the_lab_shows(
    name: str, chains: Any, origins: dict[str, Origin], tmp_path: Path
) -> None:
    """Pasted into a shell, they write the same image, mask and numbers."""
    kind, chain = chains[name]
    commands = commands_of(origins[kind], chain)
    _shell(commands, tmp_path)
    _check_files(chain, origins[kind], tmp_path, _last(commands, origins[kind]))


def _check_commands(
    chain: Chain, origin: Origin, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run commands in this process, which is quicker, and compare files."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    commands = commands_of(origin, chain)
    for line in commands.splitlines():
        program, *words = shlex.split(line)
        assert program == "imgpipe"
        # workers of an earlier test would look for files in its folder
        jobs = ["--jobs", "1"] if words[0] != "filter" else []
        done = CliRunner().invoke(main, [*words, *jobs])
        assert done.exit_code == 0, (line, done.stderr)
    _check_files(chain, origin, folder, _last(commands, origin))


@pytest.mark.full
@pytest.mark.parametrize("name", CHAINS)
def test_all_commands_give_what_the_lab_shows(
    name: str,
    chains: Any,
    origins: dict[str, Origin],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind, chain = chains[name]
    _check_commands(chain, origins[kind], tmp_path / "run", monkeypatch)


@pytest.mark.full
@pytest.mark.parametrize("name", STEPS)
def test_commands_of_each_step(
    name: str, origins: dict[str, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step as the page begins with it, on each image that it takes."""
    for kind in KINDS:
        chain = Chain.of(*pairs_of(STEPS[name], defaults(STEPS[name])))
        if _works(chain, kind):
            _check_commands(chain, origins[kind], tmp_path / kind, monkeypatch)


@pytest.mark.full
@pytest.mark.parametrize("name", EXAMPLES)
def test_commands_begin_with_a_file_of_the_example(name: str, tmp_path: Path) -> None:
    """Where the file is not there yet, the first command makes it, with spacing and unit."""
    example = EXAMPLES[name]
    origin = Origin(example.python, f"{name}.npy", given=False)
    chain = Chain.of([["median", {"size": 3}]], ["otsu", {}])
    _shell(commands_of(origin, chain, given=False), tmp_path)
    image = images.read(tmp_path / f"{name}.nrrd")
    assert np.array_equal(image.pixels, example.image().pixels)
    assert (image.unit, image.channel_axis) == (example.image().unit, example.image().channel_axis)
    _check_files(chain, Origin("", str(tmp_path / f"{name}.nrrd")), tmp_path, f"{name}-1.nrrd")


def test_names_that_a_shell_would_take_apart_are_quoted() -> None:
    """A file may be called anything; none becomes an option or another command."""
    chain = Chain.of([["mean", {"size": 3}]], None)
    for file in ("a b.png", "a;rm -rf x.png", "-o.png", "$(x).png", "it's.png"):
        first = commands_of(Origin("", file), chain).splitlines()[0]
        words = shlex.split(first)
        assert words[:3] == ["imgpipe", "filter", "mean"]
        assert words[3] in (file, f"./{file}")
        assert not words[3].startswith("-")
        assert not words[4].startswith("-")


@pytest.mark.parametrize("name", ["scan.nrrd", "Scan.NRRD"])
def test_the_commands_never_write_over_a_volume(name: str) -> None:
    """The slice that they take out of a file has a name of its own."""
    origin = Origin("image = images.ImageFile('scan.nrrd', slice=1).read()", name)
    lines = commands_of(origin, Chain.of([["mean", {"size": 3}]]), given=False).splitlines()
    stem = name.partition(".")[0]
    assert f"images.write('{stem}-slice.nrrd', image)" in lines
    assert f"imgpipe filter mean {stem}-slice.nrrd {stem}-1.nrrd" in lines
    other = commands_of(Origin("image = 1", "scan.nii.gz"), Chain.of([]), given=False)
    assert "images.write('scan.nrrd', image)" in other.splitlines()


def test_what_is_usual_is_not_written() -> None:
    """Settings at their defaults are left out, so that the code is as short as by hand."""
    given = [["median", {"size": 3, "mode": "reflect"}], ["clahe", {"clip": 0.02, "tiles": 8}]]
    chain = Chain.of(given, ["local", {"block": 51}])
    lines = python_of(Origin("image = 1", "x.png"), chain).splitlines()
    assert "image = replace(image, pixels=kernels.median(image.pixels))" in lines
    assert "image = enhance.clahe(image, clip=0.02)" in lines
    assert "mask = segment.threshold(image, 'local')" in lines
    first, second, _ = commands_of(Origin("", "x.png"), chain).splitlines()
    assert first == "imgpipe filter 'median;clahe:clip=0.02' x.png x-1.nrrd"
    assert second == "imgpipe segment x-1.nrrd --method local --out masks"


@pytest.mark.full
def test_where_nothing_is_found_the_commands_say_so(
    origins: dict[str, Origin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab has a note in place of numbers, and extract an error in their place."""
    chain = Chain.of([], ["fixed", {"value": 255}])
    made = chain.apply(images.read(origins["bytes"].file))
    told = measure(made.image, made.mask)
    assert {each["value"] for each in told["features"]} == {None}
    assert "Nothing is found" in told["note"]
    monkeypatch.chdir(tmp_path)
    for line, code in zip(commands_of(origins["bytes"], chain).splitlines(), (0, 1), strict=True):
        assert CliRunner().invoke(main, shlex.split(line)[1:]).exit_code == code
