"""The package as a whole: what importing it costs and what it shows."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from wheel_files import package_files

import imgpipe

ROOMS = [name for name in imgpipe.__all__ if name.islower() and not name.startswith("_")]
HEAVY = ("numpy", "scipy", "pandas", "matplotlib", "numba", "sklearn", "skimage", "cv2", "torch",
         "onnx", "onnxruntime")  # fmt: skip


def test_import_is_light() -> None:
    """Importing imgpipe imports none of the heavy libraries."""
    code = f"import imgpipe, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_load_on_first_use(room: str) -> None:
    """Every room is an attribute of the package."""
    assert getattr(imgpipe, room).__name__ == f"imgpipe.{room}"


def test_the_package_runs_as_a_module() -> None:
    """``python -m imgpipe`` is the program."""
    command = [sys.executable, "-m", "imgpipe", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == imgpipe.__version__


def test_the_folder_of_a_clone_does_not_hide_it(tmp_path: Path) -> None:
    """Beside the folder of the clone, an editable install gives the package, not that folder."""
    root = Path(imgpipe.__path__[0]).parent
    if not (root / "setup.cfg").is_file():
        pytest.skip("not a clone")
    clone = tmp_path / "imgpipe"
    (clone / "imgpipe").mkdir(parents=True)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "imgpipe/__init__.py"):
        shutil.copy(root / name, clone / name)
    build = "from setuptools import build_meta; print(build_meta.build_editable('.'))"
    made = subprocess.run(
        [sys.executable, "-c", build], cwd=clone, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(clone / made.stdout.split()[-1]) as wheel:
        wheel.extractall(tmp_path / "site-packages")
    # -S: without the packages of this environment, which has imgpipe itself
    code = "import site; site.addsitedir('site-packages'); import imgpipe; print(imgpipe.__file__)"
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == clone / "imgpipe" / "__init__.py"


def test_files_that_are_no_modules_are_packaged() -> None:
    """Pages, styles, scripts and languages of every room are named in setup.cfg's package_data."""
    root = Path(imgpipe.__path__[0]).parent
    if not (root / "setup.cfg").is_file():
        pytest.skip("not a clone")
    code = (
        "from setuptools import Distribution; d = Distribution(); d.parse_config_files();"
        "c = d.get_command_obj('build_py'); c.ensure_finalized();"
        "print(*(f'{folder}/{name}' for _, folder, _, names in c.data_files for name in names),"
        "sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    others = {name for name in package_files() if not name.endswith(".py")}
    assert "imgpipe/py.typed" in others
    assert others <= {str(Path(name)) for name in done.stdout.split()}


def test_unknown_attribute() -> None:
    """A misspelt room is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="kernel"):
        _ = imgpipe.kernel


def test_dir_lists_what_is_public() -> None:
    """Tab completion shows the rooms."""
    assert set(ROOMS) <= set(dir(imgpipe))
