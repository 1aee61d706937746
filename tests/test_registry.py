"""Registries: imgpipe's own entries, those of installed packages, and those registered by hand."""

import importlib
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import features, kernels, learn
from imgpipe._common import InputError
from imgpipe._common.registry import Home, Registry, require_callable
from imgpipe.features import FAMILIES, Family
from imgpipe.features.registry import DEFAULT
from imgpipe.kernels import KERNELS
from imgpipe.learn import CLASSIFIERS, Builder


def double(image: Any, axes: Any = None) -> Any:
    return 2 * np.asarray(image)


def check(name: str, entry: Any) -> None:
    require_callable("kernel", name, entry, "axes")


def offer(site: Path, package: str, entries: dict[str, str], text: str, group: str) -> None:
    """Lay an installed package with entry points into `site`, as pip leaves it behind."""
    (site / f"{package}.py").write_text(text)
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = [f"{name} = {package}:{attribute}" for name, attribute in entries.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def registry(group: str) -> Registry[Any]:
    return Registry("kernel", group, {"mean": double}, check)


def test_a_package_is_imported_when_it_is_needed(site: Path) -> None:
    """Known names import nothing; an unknown one, or a list of all, brings the packages in."""
    text = "def half(image, axes=None):\n    return image / 2\n"
    offer(site, "late", {"half": "half"}, text, "imgpipe.late")
    found = registry("imgpipe.late")
    assert found["mean"] is double
    assert "mean" in found
    assert "late" not in sys.modules
    assert found["half"](4) == 2
    assert "late" in sys.modules
    assert found.own == ("mean",)
    for names in (list(found), [*found.keys()], [*dict(found)], [*{**found}], [*found.copy()]):
        assert names == ["mean", "half"]


@pytest.mark.parametrize(
    "look",
    [list, len, repr, dict, dict.items, lambda r: r.get("half"), lambda r: r | {}, sorted],
    ids=["list", "len", "repr", "dict", "items", "get", "or", "sorted"],
)
def test_every_look_at_all_entries_is_complete(site: Path, look: Any) -> None:
    """Whatever lists the entries first sees those of packages too."""
    group = f"imgpipe.look{os.urandom(4).hex()}"
    text = "def half(image, axes=None):\n    return image / 2\n"
    offer(site, group.replace(".", "_"), {"half": "half"}, text, group)
    found = registry(group)
    if look is dict.items:
        assert [name for name, _ in found.items()] == ["mean", "half"]
    elif look is len:
        assert len(found) == 2
    else:
        assert "half" in str(look(found))


def test_a_broken_package_is_left_out_with_one_warning(site: Path) -> None:
    """The warning names package and reason; the entries of other packages are there."""
    offer(site, "broken", {"nothing": "nothing"}, "import absent_package\n", "imgpipe.broken")
    text = (
        "number = 3\ndef deaf(image):\n    return image\ndef good(image, axes):\n    return image\n"
    )
    entries = {"a_number": "number", "deaf": "deaf", "good": "good", "mean": "good"}
    offer(site, "mixed", entries, text, "imgpipe.broken")
    found = registry("imgpipe.broken")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert list(found) == ["mean", "good"]
        assert list(found) == ["mean", "good"]
    assert [str(warning.message) for warning in told] == [
        "the package broken offers the kernel 'nothing', which is left out: ModuleNotFoundError: "
        "No module named 'absent_package'",
        "the package mixed offers the kernel 'a_number', which is left out: the kernel 'a_number' "
        "is of type int; give a function",
        "the package mixed offers the kernel 'deaf', which is left out: the kernel 'deaf' takes no "
        "argument axes",
        "the package mixed offers the kernel 'mean', which is left out: the name 'mean' is taken "
        "by another kernel",
    ]
    assert found["mean"] is double


def test_a_package_may_register_while_it_is_imported(site: Path) -> None:
    """An entry point that its own module registers as well is one entry, and no warning."""
    text = (
        "from imgpipe import kernels\n"
        "def twice(image, axes=None):\n    return 2 * image\n"
        "kernels.register('twice_over', twice)\n"
        "assert 'mean' in kernels.KERNELS\n"
    )
    offer(site, "eager", {"twice_over": "twice"}, text, "imgpipe.kernels")
    found = Registry("kernel", "imgpipe.kernels", {}, check)
    try:
        assert found["twice_over"](2) == 4
        assert KERNELS["twice_over"] is found["twice_over"]
    finally:
        KERNELS.pop("twice_over")


def test_a_registry_is_pickled_as_a_plain_dict() -> None:
    """Code sent to a worker may refer to a registry."""
    assert pickle.loads(pickle.dumps(KERNELS)) == dict(KERNELS)


def test_the_rooms_are_opened_without_a_look_at_packages(site: Path) -> None:
    """Importing the rooms and using imgpipe's own entries imports no other package."""
    for group in ("kernels", "features", "classifiers"):
        offer(site, f"loud_{group}", {"x": "x"}, "print('imported')\n", f"imgpipe.{group}")
    code = """
import numpy as np
from imgpipe import features, kernels, learn
image = np.arange(64.0).reshape(8, 8)
learn.Filter("mean").fit_transform(image[None])
features.extract(image, families="intensity")
features.catalogue("default")
learn.make_pipeline("dummy", filters=["median"])
print("done")
"""
    path = os.pathsep.join([str(site), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.stdout == "done\n", done.stderr


SIZE = features.Feature("size_width", "size", None, None, "1", "Columns of the image.")


def size(**flags: bool) -> Family:
    return Family(
        "size",
        "Size",
        lambda plan: [SIZE],
        lambda batch, plan: np.full((len(batch), 1), float(batch.values.shape[-1])),
        **{"ibsi": False, **flags},
    )


def build(random_state: Any = 0, n_jobs: Any = None) -> Any:
    return CLASSIFIERS["dummy"](random_state)


def test_what_is_registered_is_used_by_name() -> None:
    """A kernel, a family and a classifier of one's own work wherever names are taken."""
    kernels.register("double", double)
    features.register(size())
    learn.register("mine", Builder(build, "mine"))
    try:
        image = np.arange(6, dtype=np.uint8).reshape(2, 3)
        assert np.array_equal(learn.Filter("double").fit_transform(image[None]), 2 * image[None])
        assert features.extract(image, families="size") == {"size_width": 3.0}
        steps = learn.make_pipeline("mine", filters=["double"], families="size").named_steps
        assert list(steps) == ["filter_1", "features", "impute", "scale", "classify"]
        kernels.register("double", double)
        with pytest.raises(InputError, match="the name 'double' is taken by another kernel"):
            kernels.register("double", lambda image, axes=None: image)
    finally:
        del KERNELS["double"], FAMILIES["size"], CLASSIFIERS["mine"]
    assert "double" not in KERNELS.registered()


@pytest.mark.parametrize(
    ("register", "arguments", "words"),
    [
        (kernels.register, ("x", 3), "the kernel 'x' is of type int; give a function"),
        (kernels.register, ("x", lambda image: image), "the kernel 'x' takes no argument axes"),
        (kernels.register, ("x", dict), "the kernel 'x' does not say what arguments it takes"),
        (kernels.register, ("a,b", double), "is named 'a,b'; give a word without commas"),
        (kernels.register, ("", double), "is named ''"),
        (kernels.register, (3, double), "is named 3"),
        (kernels.register, ("median", double), "the name 'median' is taken"),
        (features.register, ("size",), "a feature family must be a Family, not str"),
        (features.register, (size(default=True),), "'size' has default=True; what families="),
        (features.register, (size(ibsi=True),), "'size' has ibsi=True"),
        (learn.register, ("x", build), "the classifier 'x' is of type function; wrap"),
        (learn.register, ("svm", Builder(build, "other")), "the name 'svm' is taken"),
    ],
)
def test_what_cannot_be_used_is_refused(register: Any, arguments: Any, words: str) -> None:
    """The error says what is wrong with an entry, and nothing is registered."""
    before = dict(KERNELS), dict(FAMILIES), dict(CLASSIFIERS)
    with pytest.raises(InputError, match=words):
        register(*arguments)
    assert before == (dict(KERNELS), dict(FAMILIES), dict(CLASSIFIERS))


@pytest.mark.parametrize("name", ["all", "default", "ibsi"])
def test_a_family_cannot_be_named_as_a_group(name: str) -> None:
    """The words that stand for several families stay free."""
    family = Family(name, "x", lambda plan: [], lambda batch, plan: np.empty(0), ibsi=False)
    with pytest.raises(InputError, match=f"cannot be named '{name}'"):
        features.register(family)


@pytest.mark.slow
def test_workers_know_a_family_that_was_registered_here(tmp_path: Path) -> None:
    """A family defined in a script is computed by the workers of `extract_many`."""
    script = tmp_path / "script.py"
    script.write_text("""
import numpy as np
from imgpipe import features

width = features.Feature("size_width", "size", None, None, "1", "Columns of the image.")

def compute(batch, plan):
    return np.full((len(batch), 1), float(batch.values.shape[-1]))

if __name__ == "__main__":
    features.register(features.Family("size", "", lambda plan: [width], compute, ibsi=False))
    images = [np.ones((4, n)) for n in (5, 6, 7, 8)]
    print(features.extract_many(images, families="size", n_jobs=2)[0].ravel())
""")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.stdout == "[5. 6. 7. 8.]\n", done.stderr


def test_own_entries_come_home_when_they_are_asked_for(site: Path) -> None:
    """An entry whose module is named is imported when asked for, and all stand in their order."""
    for name in ("first", "second"):
        (site / f"own_{name}.py").write_text("def kernel(image, axes=None):\n    return image\n")
    homes = {name: Home(f"own_{name}", "kernel") for name in ("first", "second")}
    found: Registry[Any] = Registry("kernel", "imgpipe.test.homes", homes, check)
    assert "first" in found
    assert "own_first" not in sys.modules
    assert found["second"](3) == 3
    assert "own_first" not in sys.modules
    assert list(found) == ["first", "second"]
    assert len(found) == 2
    assert found["first"](4) == 4


def test_a_look_that_failed_is_made_again(site: Path) -> None:
    """An own import that fails, or one of a package that is interrupted, hides no entry later."""
    broken = site / "own_broken.py"
    broken.write_text("raise ImportError('not now')\n")
    offer(site, "slow", {"slow": "kernel"}, "raise KeyboardInterrupt\n", "imgpipe.test.again")
    homes = {"broken": Home("own_broken", "kernel")}
    found: Registry[Any] = Registry("kernel", "imgpipe.test.again", homes, check)
    for _ in range(2):
        with pytest.raises(ImportError, match="not now"):
            list(found)
    broken.write_text("def kernel(image, axes=None):\n    return image  # another size\n")
    importlib.invalidate_caches()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            list(found)
    (site / "slow.py").write_text("def kernel(image, axes=None):\n    return image\n")
    importlib.invalidate_caches()
    assert list(found) == ["broken", "slow"]


def test_the_default_families_are_those_that_say_so() -> None:
    """The names of the default families, known without an import, are those of their files."""
    assert [name for name in FAMILIES.own if FAMILIES[name].default] == list(DEFAULT)


def test_a_derivative_has_its_name_too() -> None:
    """`FILTERS` has each name once: no kernel takes that of a derivative."""
    with pytest.raises(InputError, match="'sobel' is taken by another kernel"):
        kernels.register("sobel", kernels.mean)
    assert list(kernels.FILTERS)[-3:] == list(kernels.DERIVATIVES)
    assert kernels.FILTERS["mean"] is kernels.KERNELS["mean"]
