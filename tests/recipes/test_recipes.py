"""The recipes of ARCHITECTURE.md, followed word for word in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PROJECT = Path(__file__).parents[2]
HEADING = "\n## Add a kernel, a family, a verb\n"
BLOCK = re.compile(r"^```(python|diff|html|po)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = 3000  # characters of a failure


def recipes() -> dict[str, list[tuple[str, str, str]]]:
    """For each recipe, its blocks: what kind, of which file, and the text."""
    text = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    parts = text.partition(HEADING)[2].split("\n### ")[1:]
    return {part.partition("\n")[0]: BLOCK.findall(part) for part in parts}


def edited(text: str, difference: str) -> str:
    """Make the changes of a diff whose parts are divided by lines of three dots."""
    for part in difference.split("...\n"):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, f"not once in the file: {before!r}"
        text = text.replace(before, after)
    return text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which every recipe has been followed."""
    copy = tmp_path_factory.mktemp("recipes")
    litter = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("imgpipe", "tests"):
        shutil.copytree(PROJECT / name, copy / name, ignore=litter)
    for name in ("setup.cfg", "pyproject.toml", "conftest.py"):
        shutil.copy(PROJECT / name, copy)
    for blocks in recipes().values():
        for kind, name, text in blocks:
            path = copy / name
            assert path.exists() == (kind == "diff"), name
            text = edited(path.read_text(encoding="utf-8"), text) if kind == "diff" else text
            path.write_text(text, encoding="utf-8")
    return copy


def run(project: Path, *args: object, folder: Path | None = None, jit: bool = True) -> str:
    """Standard output of Python with these arguments, in which the copy is imported."""
    # boosting on a few images waits more for its threads than it works
    environment = {**os.environ, "PYTHONPATH": str(project), "OMP_NUM_THREADS": "1"}
    if not jit:
        environment["NUMBA_DISABLE_JIT"] = "1"
    done = subprocess.run(
        [sys.executable, *map(str, args)],
        capture_output=True,
        text=True,
        cwd=folder or project,
        env=environment,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-SHOWN:]
    return done.stdout


def run_tests(project: Path, keyword: str, *files: str, jit: bool = True) -> int:
    """Number of tests of the copy that passed, of those that a keyword selects."""
    marks = "not jit and not slow and not data" if not jit else "not data"
    options = ("-q", "-n0", "-p", "no:cacheprovider", "-k", keyword, "-m", marks)
    paths = [f"tests/{file}" for file in files]
    found = re.search(
        r"(\d+) passed", run(project, "-m", "pytest", "--full-grids", *options, *paths, jit=jit)
    )
    return int(found[1]) if found else 0


def test_each_recipe_has_a_source_a_test_and_a_line_in_the_registry() -> None:
    """A recipe is one new source file, its test, and one edit of a registry."""
    found = recipes()
    assert found.pop("From outside") == []
    assert list(found) == [
        "A kernel",
        "A step of enhancement",
        "A segmenter",
        "A feature family",
        "A classifier",
        "A network",
        "A data set",
        "A check",
        "A section of the report",
        "A verb",
    ]
    for blocks in found.values():
        (_, source, _), (_, registry, _), (_, test, _), *_ = blocks
        assert [kind for kind, _, _ in blocks[:2]] == ["python", "diff"]
        assert source.startswith("imgpipe/")
        assert registry.startswith("imgpipe/")
        assert test.startswith("tests/")


def test_the_map_names_every_room_and_no_file_that_is_gone() -> None:
    """ARCHITECTURE.md has each folder of the package, and each file that it names is there."""
    text = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition(HEADING)[0]
    places = [path.relative_to(PROJECT) for path in (PROJECT / "imgpipe").rglob("*")]
    rooms = {path.name for path in places if (PROJECT / path / "__init__.py").exists()}
    chart = text.partition("\nimgpipe/\n")[2].partition("```")[0]
    assert rooms == set(re.findall(r"(\w+)/\s", chart))
    named = re.findall(r"`([\w/]+/(?:\w+\.py)?)`", text)
    assert len(named) > 15
    everything = [f"/{path.as_posix()}{'' if path.suffix else '/'}" for path in places]
    for name in named:
        assert any(place.endswith(f"/{name}") for place in everything), name


def test_a_package_from_outside_is_as_it_is_said() -> None:
    """The entry points in ARCHITECTURE.md are those of the package that is built and used."""
    text = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    (points,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert points in (PROJECT / "tests/recipes/third_party/pyproject.toml").read_text()


@pytest.mark.slow
def test_what_the_recipes_say_is_well_formed(project: Path) -> None:
    """Ruff finds nothing in the files that the recipes write and edit."""
    files = (name for blocks in recipes().values() for _, name, _ in blocks)
    names = [name for name in files if name.endswith(".py")]
    run(project, "-m", "ruff", "check", "--no-cache", *names)
    run(project, "-m", "ruff", "format", "--no-cache", "--check", *names)


@pytest.mark.full
@pytest.mark.slow
def test_a_kernel(project: Path, tmp_path: Path) -> None:
    """The new kernel is public, keeps the laws and equals its oracle, and `filter` knows it."""
    laws = ("kernels/test_kernels_laws.py", "kernels/test_kernels_arguments.py")
    assert run_tests(project, "inner_edge", *laws, jit=False) > 40
    oracle = "inner_edge and u1 or oracle"
    assert run_tests(project, oracle, "kernels/test_kernels_large.py") > 2
    image = np.zeros((9, 9), np.uint8)
    image[2:7, 2:7] = 50
    Image.fromarray(image).save(tmp_path / "a.png")
    run(project, "-m", "imgpipe", "filter", "inner_edge", "a.png", "b.png", folder=tmp_path)
    edge = image.copy()
    edge[3:6, 3:6] = 0
    assert np.array_equal(np.asarray(Image.open(tmp_path / "b.png")), edge)
    code = "from imgpipe import kernels; print(kernels.KERNELS['inner_edge'] is kernels.inner_edge)"
    assert run(project, "-c", code) == "True\n"


@pytest.mark.full
@pytest.mark.slow
def test_a_step_of_enhancement(project: Path, tmp_path: Path) -> None:
    """The new step keeps the laws, comes back from a bundle, and `filter` knows it."""
    assert run_tests(project, "negative or before", "enhance/test_negative.py") == 1
    assert run_tests(project, "negative", "enhance/test_enhancements.py") > 8
    assert run_tests(project, "negative", "bundle/test_enhanced.py") == 1
    np.save(tmp_path / "a.npy", np.array([[1, 2], [4, 9]], np.int16))
    run(project, "-m", "imgpipe", "filter", "negative", "a.npy", "b.npy", folder=tmp_path)
    assert np.load(tmp_path / "b.npy").tolist() == [[9, 8], [6, 1]]


@pytest.mark.full
@pytest.mark.slow
def test_a_segmenter(project: Path) -> None:
    """The new segmenter keeps the laws of all, and its example runs."""
    laws = ("segment/test_brightest.py", "segment/test_segmenter_laws.py")
    assert run_tests(project, "brightest or many", *laws) > 15
    assert "1 passed" in run(project, "-m", "pytest", "-q", "imgpipe/segment/brightest.py")


@pytest.mark.full
@pytest.mark.slow
def test_a_feature_family(project: Path, tmp_path: Path) -> None:
    """The new family keeps the laws, stands in catalogue and page, and `extract` computes it."""
    assert run_tests(project, "steps", "features/test_steps.py") == 1
    laws = ("features/test_feature_laws.py", "features/test_feature_bounds.py")
    assert run_tests(project, "steps", *laws, jit=False) > 10
    Image.fromarray(np.array([[1, 2], [4, 9]], np.uint8)).save(tmp_path / "a.png")
    arguments = ("extract", "a.png", "--out", "f.csv", "--families", "steps")
    run(project, "-m", "imgpipe", *arguments, folder=tmp_path)
    assert "steps_largest" in (tmp_path / "f.csv").read_text()
    page = project / "docs" / "features.md"
    run(project, "-m", "imgpipe.features.catalogue_page.page", page)
    assert "| max \\|x - y\\| | Largest step between neighbours." in page.read_text()
    pages = "features/catalogue_page/test_catalogue_page.py"
    assert run_tests(project, "steps or page_in_docs", pages, jit=False) == 2


@pytest.mark.full
@pytest.mark.slow
def test_a_classifier_and_a_data_set(project: Path, tmp_path: Path) -> None:
    """The new classifier and the new data set pass the shared tests and can be compared."""
    shared = ("learn/test_pipelines.py", "learn/test_learn_classifiers.py")
    # default features take long as plain Python
    keyword = "boosting and not constant"
    assert run_tests(project, keyword, "learn/test_boosting.py", *shared, jit=False) > 5
    shared = ("datasets/test_datasets_common.py",)
    assert run_tests(project, "rings", "datasets/test_rings.py", *shared, jit=False) == 2
    assert "rings and discs" in run(project, "-m", "imgpipe", "datasets", "list")
    arguments = ("compare", "rings", "--models", "boosting", "--families", "steps", "--folds", "2")
    run(project, "-m", "imgpipe", *arguments, "--out", "run", folder=tmp_path)
    assert "boosting" in (tmp_path / "run" / "leaderboard.csv").read_text()


@pytest.mark.full
@pytest.mark.slow
def test_a_network(project: Path) -> None:
    """The new network passes the tests of all networks, export included, and is listed."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    files = ("test_lenet.py", "test_networks.py", "test_export.py", "test_estimator.py")
    paths = [f"learn/networks/{name}" for name in files]
    assert run_tests(project, "lenet", *paths, jit=False) >= 5
    code = "from imgpipe.learn import CLASSIFIERS; print(CLASSIFIERS['lenet']().epochs)"
    assert run(project, "-c", code) == "20\n"


@pytest.mark.slow
@pytest.mark.full
def test_a_check(project: Path) -> None:
    """The new check finds its planted fault, leaves clean sets alone, and is on the page."""
    page = project / "docs" / "checks.md"
    run(project, "-m", "imgpipe.evaluate.checks.page", page)
    assert "| IMG006 | few gray levels | warning |" in page.read_text()
    keyword = "four_grays or four and grays or clean_set or page_in_docs or every_code_of_data"
    assert run_tests(project, keyword, "evaluate/checks") == 6


@pytest.mark.full
@pytest.mark.slow
def test_a_section(project: Path) -> None:
    """The new section stands on the page in every language, well formed."""
    keyword = "each_fold_are_counted or well_formed or translated or in_vain"
    files = ("report/page/test_report_folds.py", "report/test_report_html.py", "report/languages")
    assert run_tests(project, keyword, *files, jit=False) >= 6


@pytest.mark.slow
def test_a_verb(project: Path) -> None:
    """The new verb passes the tests of all verbs, and starts as fast as they do."""
    shared = ("cli/test_cli_count.py", "cli/test_cli_program.py", "cli/test_nothing_is_dropped.py")
    keyword = "images_are_counted or count and help or light or exit_codes or every_option"
    assert run_tests(project, keyword, *shared) >= 5
    assert run(project, "-m", "imgpipe", "count", "synthetic-nodules") == "258\n"
