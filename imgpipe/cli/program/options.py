"""Options that several verbs share, and the checks made before any work begins."""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError, suffix_of, unknown_name

_Verb = Callable[..., Any]
_RUN_FILES = {
    "run.json", "result.json", "predictions.csv", "leaderboard.csv", "report.html", "report.md",
    "subgroups.csv", "duplicates.csv", "pictures.npz", "settings.yaml", "detections.csv",
    "lesions.csv",
}  # fmt: skip
_RUN_KEYS = {"versions", "seed", "data_hash", "command"}  # some of what our run.json holds


def common(verb: _Verb) -> _Verb:
    """Add what every verb takes: ``--json`` and ``--debug``."""
    verb = click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks.")(verb)
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON for machines, and nothing else."
    )(verb)


def force(verb: _Verb) -> _Verb:
    """Add ``--force``, without which nothing that exists is replaced."""
    return click.option("--force", is_flag=True, help="Replace what is there.")(verb)


def hash_ids(verb: _Verb) -> _Verb:
    """Add ``--hash-ids`` and ``--salt``."""
    salted = click.option("--salt", help="Salt of --hash-ids, for equal hashes in several runs.")
    text = "Replace paths, patients and DICOM identifiers by salted hashes."
    return click.option("--hash-ids", is_flag=True, help=text)(salted(verb))


def check_salt(hash_ids: bool, salt: str | None) -> None:
    """Refuse, before any work, a salt without hashes."""
    if salt is not None and not hash_ids:
        raise InputError("--salt goes with --hash-ids")


def lang(verb: _Verb) -> _Verb:
    """Add ``--lang``, the language of a page."""
    return click.option(
        "--lang", default="en", callback=_language, metavar="CODE", show_default=True,
        help="Language of the page: en or zh.",
    )(verb)  # fmt: skip


def _language(ctx: click.Context, option: click.Parameter, code: str) -> str:
    """Refuse, before any work, a language that there is not."""
    if code != "en":
        from imgpipe.report.languages import language

        language(code)
    return code


def listening(port: int) -> Callable[[_Verb], _Verb]:
    """Add ``--host``, ``--port`` and ``--token`` of a server over HTTP."""

    def with_address(verb: _Verb) -> _Verb:
        verb = click.option(
            "--token", envvar="IMGPIPE_TOKEN", metavar="TEXT",
            help="Asked for by every route but /health [default: IMGPIPE_TOKEN, if set].",
        )(verb)  # fmt: skip
        verb = click.option(
            "--port", default=port, show_default=True, type=click.IntRange(0, 65535), metavar="N",
            help="0 takes one that is free, which the first line says.",
        )(verb)  # fmt: skip
        return click.option(
            "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
            help="Address to listen on; one that other machines reach needs --token.",
        )(verb)  # fmt: skip

    return with_address


def trust(verb: _Verb) -> _Verb:
    """Add ``--trust``."""
    text = "Open a .joblib file, which may run code of its maker."
    return click.option("--trust", is_flag=True, help=text)(verb)


def warn_trust(model: str, trust: bool) -> None:
    """Say that --trust was not needed."""
    if trust and not model.lower().endswith(".joblib"):
        warn_idle(["--trust"], "a .imgpipe file runs no code when it is opened")


SEED = click.IntRange(0, 2**32 - 1)
"""Seeds that NumPy's and scikit-learn's generators all take."""


def jobs(verb: _Verb) -> _Verb:
    """Add ``--jobs``."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Workers [default: all allowed CPUs].",
    )(verb)


def region(verb: _Verb) -> _Verb:
    """Add ``--region`` and ``--empty-mask``."""
    return only_region(empty_mask(verb))


def empty_mask(verb: _Verb) -> _Verb:
    """Add ``--empty-mask``."""
    return click.option(
        "--empty-mask",
        type=click.Choice(["error", "image", "drop"]),
        default="error",
        show_default=True,
        help="Where a mask is empty or missing: stop, take the whole image, or leave it out.",
    )(verb)


def only_region(verb: _Verb) -> _Verb:
    """Add ``--region``."""
    return click.option(
        "--region",
        type=click.Choice(["mask", "box", "image"]),
        help="What features look at [default: mask where there are masks, else image].",
    )(verb)


def typed(ctx: click.Context, *names: str) -> list[str]:
    """Give those of these options that stand on the command line, as they are written there."""
    written = {option.name: option.opts[0] for option in ctx.command.params}
    return [written[name] for name in names if is_typed(ctx, name)]


def is_typed(ctx: click.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    return ctx.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE


def warn_idle(options: Sequence[str], why: str) -> None:
    """Say of options that they change nothing here."""
    if options:
        click.echo(f"Warning: {', '.join(options)} changes nothing: {why}", err=True)


def worker_count(asked: int | None) -> int:
    """Give the workers asked for, else the CPUs this process may use."""
    if asked is not None:
        return asked
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def names(text: str, what: str) -> list[str]:
    """Split a comma-separated list, each name once and in order."""
    parts = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not parts:
        raise InputError(f"{what} is empty; give names separated by commas")
    return parts


def check_models(chosen: Sequence[str]) -> None:
    """Refuse, before any image is read, a classifier that there is not."""
    from imgpipe.learn import CLASSIFIERS

    for name in chosen:
        if name not in CLASSIFIERS:
            raise unknown_name("classifier", name, CLASSIFIERS)


def check_given(out: str, option: str = "--out") -> None:
    """Refuse the empty name, which a script with an unset variable gives."""
    if not out:
        raise InputError(f"{option} is empty; give the name of what to write")


def least(verb: _Verb) -> _Verb:
    """Add ``--least``, below which no metric is given."""
    return click.option(
        "--least", type=click.IntRange(min=1), default=10, show_default=True, metavar="N",
        help="Held-out images of a class below which no metric that rests on it is given.",
    )(verb)  # fmt: skip


def check_run_folder(out: str, force: bool) -> Path:
    """Refuse, before any work, a folder that could not be written or holds something else."""
    check_given(out)
    path = Path(os.path.abspath(out))
    if path.is_symlink() and not path.exists():
        raise InputError(f"{out} is a link to nothing; remove it or choose another folder")
    if path.exists() and not path.is_dir():
        raise InputError(f"{out} is a file; --out needs a folder")
    if path.is_dir():
        _check_earlier_run(path, out, force)
    if Path.cwd().is_relative_to(path):
        raise InputError(f"{out} is the folder you are in; give --out the name of another")
    check_writable(path, out)
    return path


def _check_earlier_run(path: Path, shown: str, force: bool) -> None:
    """Refuse a folder that holds anything but an earlier run which is to be replaced."""
    entries = sorted(os.listdir(path))
    foreign = [name for name in entries if name not in _RUN_FILES or not (path / name).is_file()]
    if not foreign and entries and not _is_run(path / "run.json"):
        foreign = ["run.json"] if "run.json" in entries else entries
    if foreign:
        raise InputError(
            f"{shown} holds other files ({foreign[0]}); --out needs a new or empty folder, or "
            "that of an earlier run and nothing else"
        )
    if entries and not force:
        raise InputError(
            f"{shown} holds an earlier run; add --force to replace it, or give --out another name"
        )


def _is_run(path: Path) -> bool:
    """Tell whether a file says of itself that it describes a run of ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= _RUN_KEYS


def check_file(
    out: str, suffixes: Sequence[str], what: str, force: bool, option: str = "--out"
) -> Path:
    """Refuse, before any work, a file that could not be written or is there already."""
    check_given(out, option)
    path = Path(os.path.abspath(out))
    if suffix_of(path) not in suffixes:
        given = path.suffix or "no suffix"
        raise InputError(f"{out}: {what} needs the suffix {' or '.join(suffixes)}, found {given}")
    if path.is_dir():
        raise InputError(f"{out} is a folder; {option} needs a file name")
    if os.path.lexists(path) and not force:  # a link that leads nowhere, too
        raise InputError(f"{out} is there already; add --force to replace it, or give another name")
    check_writable(path, out)
    return path


def check_not_input(out: str, inputs: Sequence[str], option: str = "--out") -> None:
    """Refuse to replace a file that is about to be read."""
    for given in inputs:
        if os.path.exists(out) and os.path.exists(given) and os.path.samefile(out, given):
            raise InputError(
                f"{given} is an input and would be replaced; give {option} another name"
            )


def check_writable(path: Path, shown: str) -> None:
    """Refuse a path whose nearest existing folder takes no new files, by making one there."""
    parent = path.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise InputError(f"{shown}: {parent} is a file, not a folder")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f"{shown}: no permission to write in {parent}")
    try:
        os.rmdir(tempfile.mkdtemp(prefix=f".{path.name}.", dir=parent))
    except OSError as error:  # a file system that is read-only, full, or takes no such name
        raise InputError(f"{shown}: cannot write in {parent}: {error.strerror}") from error
