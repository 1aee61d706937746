"""`imgpipe doctor`: what runs here, what is missing, where the caches are."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError, MissingPackage, cache_dir, numba_cache_dir
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import warming

_NEEDED = (
    "numpy", "scipy", "numba", "opencv-python", "scikit-image", "scikit-learn", "pandas", "joblib",
    "threadpoolctl", "pillow", "tifffile", "pydicom", "nibabel", "pynrrd", "PyYAML", "pooch",
    "platformdirs", "psutil", "rich", "Jinja2", "Babel", "click", "onnx", "onnxruntime",
)  # fmt: skip
# those without which nothing is predicted: docs/small_box.md
_TO_PREDICT = ("numpy", "numba", "pillow", "platformdirs", "click", "onnxruntime")
_OPTIONAL = {
    "torch": "cnn",
    "lightgbm": "boost",
    "pylibjpeg": "dicom",
    "pylibjpeg-openjpeg": "dicom",
    "pyjpegls": "dicom",
    "imagecodecs": "dicom",
    "pyarrow": "parquet",
    "SimpleITK": "n4",
    "distributed": "dask",
    "matplotlib": "bench",
}
_STAND_INS = {"opencv-python": ("opencv-python-headless", "opencv-contrib-python")}


@click.command()
@click.option(
    "--warm", is_flag=False, flag_value="all", type=click.Choice([*warming.ROOMS, "all"]),
    help="Compile the loops of features, of kernels or (without a word) of both into the cache.",
)  # fmt: skip
@_options.jobs
@_options.common
def command(warm: str | None, jobs: int | None, as_json: bool) -> int:
    r"""Show versions, processor, threads, caches and packages.

    The exit code is 1 where packages of a whole installation are missing; what is there may still
    be enough for imgpipe predict, and is then said to be.

    With --warm, compile the common loops of kernels and features ahead, which later runs then load.

    \b
    Example:
      imgpipe doctor --warm kernels
    """
    if jobs is not None and warm is None:
        raise InputError("--jobs goes with --warm")
    rooms = warming.ROOMS if warm == "all" else (warm,) if warm else ()
    start = time.perf_counter()
    warmed = warming.compile_ahead(rooms, _options.worker_count(jobs)) if rooms else {}
    seconds = time.perf_counter() - start
    setup = _examine()
    if as_json:
        _output.print_json(setup | {"warmed": warmed, "warm_seconds": seconds} if warm else setup)
    else:
        _show(setup)
        if warm:
            click.echo(f"\nWarm: {len(warmed)} warm-up calls in {seconds:.1f} s")
    return 0 if not setup["missing"] else 1


def _examine() -> dict[str, Any]:
    import imgpipe

    needed = {name: _version(name) for name in _NEEDED}
    return {
        "imgpipe": imgpipe.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _if_possible(_cpu_model),
        "cpus_allowed": _options.worker_count(None),
        "threads": _if_possible(_threads),
        "packages": {name: number for name, number in needed.items() if number},
        "missing": [name for name, number in needed.items() if not number],
        "predicts": all(needed[name] for name in _TO_PREDICT),
        "optional": {
            name: {"version": _version(name), "extra": extra} for name, extra in _OPTIONAL.items()
        },
        "cache": _if_possible(lambda: _folder(cache_dir())),
        "compiled": _if_possible(_compiled),
    }


def _if_possible(look: Callable[[], Any]) -> Any:
    """Look, or give None where that needs a package that is missing: who is ill can still speak."""
    try:
        return look()
    except (ModuleNotFoundError, MissingPackage):
        return None


def _cpu_model() -> str:
    from imgpipe.evaluate.records.environment import cpu_model

    return cpu_model()


def _compiled() -> dict[str, Any]:
    """Where compiled code is kept, and how many functions of it are in use."""
    from imgpipe import features, kernels  # noqa: F401  (their loops name the folders in use)
    from imgpipe._runtime.code_cache import folders_in_use

    functions = sum(len(list(folder.rglob("*.nbi"))) for folder in folders_in_use())
    return {**_folder(numba_cache_dir()), "functions": functions}


def _threads() -> int:
    from imgpipe._runtime.threads import thread_count

    return thread_count()


def _version(name: str) -> str | None:
    for candidate in (name, *_STAND_INS.get(name, ())):
        try:
            return version(candidate)
        except PackageNotFoundError:
            continue
    return None


def _folder(path: Path) -> dict[str, Any]:
    """Where a cache is, how much it holds and whether it can be written."""
    size = sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else 0
    parent = path
    while not parent.exists():
        parent = parent.parent
    return {"path": str(path), "bytes": size, "writable": os.access(parent, os.W_OK)}


def _described(cache: dict[str, Any]) -> str:
    note = "" if cache["writable"] else ", NOT writable"
    return f"{cache['path']} ({_output.readable_size(cache['bytes'])}{note})"


def _show(setup: dict[str, Any]) -> None:
    unknown = "not known: a package is missing"
    facts = {
        "imgpipe": setup["imgpipe"],
        "Python": setup["python"],
        "system": setup["system"],
        "processor": f"{setup['cpu'] or unknown}, {setup['cpus_allowed']} CPUs allowed",
        "threads": str(setup["threads"] or unknown),
    }
    caches = {"features, downloads": setup["cache"], "compiled code": setup["compiled"]}
    for name, cache in caches.items():
        facts[name] = _described(cache) if cache else unknown
    if setup["compiled"]:
        facts["compiled now"] = f"{setup['compiled']['functions']} compiled functions"
    _output.print_facts(facts)
    click.echo("\nPackages")
    _output.print_facts({f"  {name}": v for name, v in setup["packages"].items()})
    click.echo("\nOptional")
    _output.print_facts(
        {
            f"  {name}": item["version"]
            or f"not installed (pip install {name}; part of the extra {item['extra']})"
            for name, item in setup["optional"].items()
        }
    )
    if setup["missing"]:
        _show_missing(setup["missing"], setup["predicts"])


def _show_missing(missing: list[str], predicts: bool) -> None:
    """Tell in one line what the installation lacks, and what it is enough for."""
    names = " ".join(missing)
    if predicts:
        click.echo("\nEnough for imgpipe predict and imgpipe inspect with a .imgpipe file")
        lacks = f"for training, tables, reports and some formats of images lacks {names}"
    else:
        needed = ", ".join(name for name in missing if name in _TO_PREDICT)
        lacks = f"lacks {names}; not even imgpipe predict goes without {needed}"
    click.echo(f"Error: this installation {lacks}: pip install {names}", err=True)
