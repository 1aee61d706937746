"""What all verbs share: help, fast start, errors in one line, exit codes."""

import configparser
import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from cli_helpers import Run, assert_one_error, start
from click.testing import CliRunner

from imgpipe import InputError, __version__, features, kernels
from imgpipe.cli import VERBS
from imgpipe.cli.program.exit_codes import Program
from imgpipe.cli.program.sections import SECTIONS

HEAVY = ("numpy", "scipy", "pandas", "numba", "sklearn", "skimage", "cv2", "rich", "jinja2")
COMMANDS = [
    *((name,) for name, verb in VERBS.items() if not isinstance(verb, click.Group)),
    *(("datasets", name) for name in ("list", "info", "fetch")),
]


def program(verb: Callable[[], Any]) -> Program:
    """A program whose only verb does what it is told."""
    group = Program("imgpipe")
    group.add_command(click.Command("verb", params=[click.Option(["--debug"], is_flag=True)],
                                    callback=lambda debug: verb()))  # fmt: skip
    return group


def raising(error: BaseException) -> Program:
    def verb() -> None:
        raise error

    return program(verb)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: tuple[str, ...], run: Run) -> None:
    """Every verb explains itself with an example that calls it."""
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "\\b" not in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    (heading,) = (i for i, line in enumerate(lines) if line in ("Example:", "Examples:"))
    assert lines[heading + 1].startswith(f"imgpipe {' '.join(command)} ".rstrip())
    assert "--json" in done.stdout
    assert "--debug" in done.stdout


@pytest.mark.parametrize("verb", ["compare", "train", "extract"])
def test_many_options_stand_under_headings(verb: str, run: Run) -> None:
    """Each of them once, none twice and none nowhere."""
    text = run(verb, "--help").stdout
    places = [text.index(f"\n{heading}:\n") for heading in ("Data", "Features", "Options")]
    assert places == sorted(places)
    listed = text[places[0] :]
    for option in VERBS[verb].params:
        if isinstance(option, click.Option):
            assert len(re.findall(rf"(?m)^  {option.opts[0]}\b(?!-)", listed)) == 1


def test_headings_name_options_that_there_are() -> None:
    """What stands under a heading is an option of some verb, and under no other heading."""
    names = [name for under in SECTIONS.values() for name in under]
    assert len(set(names)) == len(names)
    assert set(names) <= {option.name for verb in VERBS.values() for option in verb.params}


def test_help_names_the_exit_codes(run: Run) -> None:
    """The program's own help lists its verbs and exit codes."""
    done = run("--help")
    assert all(name in done.stdout for name in VERBS)
    assert "\\b" not in done.stdout
    assert "  imgpipe compare synthetic-nodules --models svm,forest --out run\n" in done.stdout
    assert "..." not in done.stdout.split("Commands:")[1]
    text = " ".join(done.stdout.split())
    assert all(c in text for c in ("0 done", "1 ran", "2 bad", "70 a bug", "130 interrupted"))


def test_version(run: Run) -> None:
    """--version prints the version and nothing else."""
    assert run("--version").stdout == f"{__version__}\n"


def test_start_is_light() -> None:
    """The help of the program, and of its verbs, imports no heavy library."""
    code = f"import sys, imgpipe.cli\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_call_from_python_leaves_the_process_as_it_was() -> None:
    """`main` called in somebody's process changes neither his garbage collection nor his output."""
    code = """
import atexit, gc, sys
from imgpipe.cli import main
def state():
    return gc.get_threshold(), gc.get_freeze_count(), sys.stdout.errors, sys.stderr.errors
before = state()
registered = []
atexit.register = lambda *given: registered.append(given)
for _ in range(2):
    try:
        main(["doctor", "--help"])
    except SystemExit:
        pass
print(state() == before, registered)
"""
    assert _printed(code).endswith("True []\n")


def test_the_program_collects_no_garbage_as_it_ends() -> None:
    """As a program of its own it sets garbage collection for a short run, once."""
    code = """
import atexit, gc
from imgpipe import __main__ as entry
registered = []
atexit.register = registered.append
entry.main = lambda: None
entry.program()
print(registered == [gc.freeze], gc.get_threshold()[0])
"""
    assert _printed(code) == "True 50000\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["bogus"], ["No such command 'bogus'", "imgpipe --help"]),
        (["compare", "x", "--bogus"], ["--bogus", "compare --help"]),
        (["compare"], ["Missing argument", "compare --help"]),
        (["compare", "x", "--folds", "one", "--out", "r"], ["'one'", "--folds"]),
        (["compare", "x", "--folds", "1", "--out", "r"], ["--folds", "1"]),
        (["compare", "x", "--jobs", "0", "--out", "r"], ["--jobs", "0"]),
        (["datasets", "bogus"], ["No such command 'bogus'", "imgpipe datasets --help"]),
    ],
)
def test_bad_usage(args: list[str], words: list[str], run: Run) -> None:
    """Bad usage is one line that shows the way to the help, and exit code 2."""
    assert_one_error(run(*args), *words)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("a\nb"), 2, "a b"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "x.png"),
            2,
            "x.png: No such",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 2, "x: Permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "No space left on device"),
        (NotImplementedError("not yet"), 2, "not yet"),
        (MemoryError(), 2, "not enough memory"),
        (KeyError("k"), 70, "KeyError: 'k' (a bug in imgpipe: run again with --debug"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was written"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_become_one_line(error: BaseException, code: int, words: str) -> None:
    """Every error leaves as one line on stderr and a stated exit code."""
    done = CliRunner().invoke(raising(error), ["verb"])
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Error: {words}")


def test_debug_shows_the_traceback() -> None:
    """With --debug the error itself comes out."""
    done = CliRunner().invoke(raising(InputError("bad")), ["verb", "--debug"])
    assert isinstance(done.exception, InputError)


def test_warnings_are_one_line() -> None:
    """A library's warning is one line on stderr, without file names, and is not repeated."""
    import warnings

    def verb() -> None:
        warnings.simplefilter("always")
        for _ in range(2):
            warnings.warn("two\nlines", UserWarning, stacklevel=1)

    done = CliRunner().invoke(program(verb), ["verb"])
    assert (done.exit_code, done.stderr) == (0, "Warning: two lines\n")


def test_exit_code_of_a_verb() -> None:
    """A verb's own exit code is the program's."""
    assert CliRunner().invoke(program(lambda: 1), ["verb"]).exit_code == 1


def test_reader_that_leaves() -> None:
    """A closed pipe ends the program without a word."""
    with start("datasets", "list") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_listing_as_json(run: Run) -> None:
    """`datasets list --json` is JSON with every registered name."""
    found = json.loads(run("datasets", "list", "--json").stdout)
    assert "synthetic-nodules" in [entry["name"] for entry in found]


def test_data_set_info(run: Run) -> None:
    """`datasets info` tells classes, licence and whom to cite; an unknown name lists the known."""
    shown = run("datasets", "info", "pneumoniamnist").stdout
    assert re.search(r"classes\s+normal, pneumonia", shown)
    assert "CC BY 4.0" in shown
    assert "doi" in shown
    assert json.loads(run("datasets", "info", "pneumoniamnist", "--json").stdout)["images"]["test"]
    assert_one_error(run("datasets", "info", "nope"), "'nope'", "synthetic-nodules")


def test_fetch_embedded(run: Run) -> None:
    """The embedded data set needs no network."""
    done = run("datasets", "fetch", "synthetic-nodules", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["classes"] == ["benign", "malignant"]


def test_doctor(run: Run) -> None:
    """The doctor names versions, caches and optional packages, to people and to machines."""
    shown = run("doctor")
    assert shown.exit_code == 0
    found = json.loads(run("doctor", "--json").stdout)
    assert found["packages"]["numpy"] in shown.stdout
    assert found["cache"]["path"] in shown.stdout
    assert found["compiled"]["path"] in shown.stdout
    assert found["cpus_allowed"] >= 1
    for name, item in found["optional"].items():
        assert (f"pip install {name};" in shown.stdout) == (item["version"] is None)


MISSING = """
import importlib.abc, importlib.metadata as metadata, sys
gone, modules = sys.argv[1].split("/")
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] == modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
version = metadata.version
def present(name):
    if name == gone:
        raise metadata.PackageNotFoundError(name)
    return version(name)
metadata.version = present
sys.argv[1:] = sys.argv[2:]
from imgpipe.cli import main
main()
"""


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("numpy", "numpy"),
        *(
            pytest.param(package, module, marks=pytest.mark.full)
            for package, module in (
                ("numba", "numba"),
                ("scipy", "scipy"),
                ("scikit-learn", "sklearn"),
                ("platformdirs", "platformdirs"),
            )
        ),
    ],
)
def test_doctor_works_where_a_package_is_missing(
    package: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor names what is missing, with exit code 1, also where nothing else runs."""
    # a cache that is named needs no package to be found
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    command = [sys.executable, "-c", MISSING, f"{package}/{module}"]
    done = subprocess.run([*command, "doctor"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: this installation ")
    assert line.endswith(f"pip install {package}")
    enough = package in ("scipy", "scikit-learn")
    assert ("Enough for imgpipe predict" in done.stdout) == enough
    assert ("not even imgpipe predict goes without" in line) != enough
    assert "not known: a package is missing" in done.stdout
    found = subprocess.run([*command, "doctor", "--json"], capture_output=True, text=True)
    told = json.loads(found.stdout)
    assert told["missing"] == [package]
    assert told["predicts"] == enough


def test_a_missing_package_is_no_bug(tmp_path: Path) -> None:
    """Any other verb names the package, and the verb that tells the rest."""
    args = [sys.executable, "-c", MISSING, "numba/numba", "filter", "median", "a.png", "b.png"]
    done = subprocess.run(args, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "Error: the Python package numba is not installed; imgpipe doctor says what is missing\n"
    )


def test_doctor_knows_every_package_of_the_setup(run: Run) -> None:
    """What setup.cfg asks for, and what its extras for users bring, is in the doctor's lists."""
    setup = configparser.ConfigParser()
    setup.read(Path(__file__).parents[2] / "setup.cfg")
    found = json.loads(run("doctor", "--json").stdout)
    needed = {*found["packages"], *found["missing"]}
    assert needed == package_names(setup["options"]["install_requires"])
    extras = setup["options.extras_require"]
    for extra in ("cnn", "dicom", "n4", "dask", "parquet"):
        listed = {name for name, item in found["optional"].items() if item["extra"] == extra}
        assert listed == package_names(extras[extra])
    assert package_names(extras["bench"]) <= set(found["optional"])


def package_names(requirements: str) -> set[str]:
    return {line.split()[0] for line in requirements.strip().splitlines()}


@pytest.mark.parametrize(
    ("words", "rooms"),
    [
        (["--warm", "features"], {"features"}),
        (["--warm=kernels"], {"kernels"}),
        (["--warm", "all"], {"features", "kernels"}),
        (["--warm"], {"features", "kernels"}),
    ],
)
def test_doctor_warms_what_is_named(
    words: list[str], rooms: set[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--warm makes the warming calls of one room, or without a word of all."""
    made = []
    for room in (features.warming, kernels.warming):
        name = room.__name__.split(".")[1]
        calls = [(f"call {n}", partial(made.append, f"{name}.call {n}")) for n in range(2)]
        monkeypatch.setattr(room, "calls", lambda calls=calls: calls)
    found = json.loads(run("doctor", *words, "--jobs", "1", "--json").stdout)
    assert set(made) == set(found["warmed"]) == {f"{r}.call {n}" for r in rooms for n in range(2)}


def test_doctor_refuses_another_room(run: Run) -> None:
    """A misspelt room is bad usage, and the error lists the rooms."""
    assert_one_error(run("doctor", "--warm", "kernel"), "'kernel'", "features", "kernels", "all")


@pytest.mark.slow
@pytest.mark.jit
def test_doctor_warms_in_several_processes(run: Run) -> None:
    """Two workers make each call once, and say how long each took."""
    warmed = json.loads(run("doctor", "--warm", "--jobs", "2", "--json").stdout)["warmed"]
    names = {f"kernels.{name}" for name, _ in kernels.warming.calls()}
    assert set(warmed) == names | {f"features.{name}" for name, _ in features.warming.calls()}
    assert all(seconds > 0 for seconds in warmed.values())


def test_main_is_the_entry_point() -> None:
    """The program that the package installs is this one."""
    from importlib.metadata import entry_points

    from imgpipe import __main__ as installed

    (entry,) = entry_points(group="console_scripts", name="imgpipe")
    assert entry.load() is installed.program
