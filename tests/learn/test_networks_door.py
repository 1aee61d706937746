"""The door to the networks, with and without torch behind it."""

import subprocess
import sys

import pytest

from imgpipe.learn.networks import NETWORKS

WITHOUT_TORCH = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import imgpipe.learn
from imgpipe._common import InputError
from imgpipe.learn import CLASSIFIERS, make_pipeline
from imgpipe.learn.networks import NETWORKS
for name in NETWORKS:
    try:
        make_pipeline(name)
    except InputError as error:
        print(error)
"""


COMMAND_WITHOUT_TORCH = (
    WITHOUT_TORCH.split("import imgpipe.learn")[0]
    + """
from imgpipe.cli import main
sys.argv = ["imgpipe", "compare", "synthetic-nodules", "--models", "cnn", "--out", sys.argv[1]]
main()
"""
)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_without_torch_one_line_says_what_to_install():
    """Every network is listed without torch, and building it names the extra in one line."""
    lines = run(WITHOUT_TORCH).stdout.splitlines()
    assert [line.split()[2] for line in lines] == list(NETWORKS)
    assert {"cnn", "cnn-deep", "cnn-large", "vgg16", "resnet18-28"} <= set(NETWORKS)
    assert all("pip install 'imgpipe[cnn]'" in line for line in lines)


def test_learn_does_not_import_torch():
    """Importing the room, listing classifiers and reading of every network leave torch alone."""
    code = """
import sys, imgpipe.learn as l
from imgpipe.learn.networks import NETWORKS
[l.CLASSIFIERS[name].description for name in NETWORKS]
print('torch' in sys.modules)
"""
    assert run(code).stdout.strip() == "False"


def test_building_a_network_imports_torch():
    """The first network built brings torch in."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    code = "import sys, imgpipe.learn as l; l.CLASSIFIERS['cnn'](); print('torch' in sys.modules)"
    assert run(code).stdout.strip() == "True"


def test_the_command_line_says_it_in_one_line(tmp_path):
    """`--models cnn` without torch ends with exit code 2 and one line, and writes nothing."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND_WITHOUT_TORCH, str(tmp_path / "run")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "pip install 'imgpipe[cnn]'" in line
    assert list(tmp_path.iterdir()) == []
