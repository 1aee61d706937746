"""The files of a run folder: which there are, what they hold, and whether they were changed."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, counted, say
from imgpipe.evaluate.results import RunFacts

FORMAT = 1
"""Number of the form of run folders; it rises when older readers would misread one."""


def checksums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files, by name."""
    return {name: _digest(folder / name) for name in sorted(names)}


def read_json(path: Path, shown_as: str) -> dict[str, Any]:
    """Read a JSON object, strictly."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{shown_as}: no JSON from line {error.lineno}, column {error.colno} on "
            f"({error.msg}): it was cut short or edited"
        ) from None
    except RecursionError:
        raise InputError(f"{shown_as}: no JSON of a run: it is nested too deep") from None
    except ValueError as error:
        raise InputError(f"{shown_as}: no JSON: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{shown_as}: holds {type(content).__name__}; an object is expected")
    return content


def run_record(folder: Path, shown_as: str) -> dict[str, Any]:
    """Read ``run.json``, after a look whether this is the folder of a run that can be read.

    Raises
    ------
    InputError
        There is no such folder, it is no run's, or one of a form that is not known here.
    """
    if not str(shown_as):
        raise InputError(
            "the name of a run is empty; give the folder that compare or evaluate wrote"
        )
    if not folder.exists():
        raise InputError(f"{shown_as}: no such folder")
    if not folder.is_dir():
        raise InputError(f"{shown_as} is a file; give the folder of a run")
    for name in ("run.json", "result.json"):
        if not (folder / name).is_file():
            raise InputError(f"{shown_as} has no {name}: it is not the folder of a whole run")
    where = f"{shown_as}/run.json"
    record = read_json(folder / "run.json", where)
    found = record.get("format", FORMAT)
    versions = record.get("versions")
    if not isinstance(versions, dict) or "data_hash" not in record:
        raise InputError(f"{where}: this is no record of a run of imgpipe")
    if record.get("kind", "comparison") != "comparison":
        raise InputError(
            f"{shown_as}: a run of imgpipe detect, whose page is its report.html; detect makes it "
            "anew with another --lang"
        )
    if isinstance(found, bool) or not isinstance(found, int) or found != FORMAT:
        raise InputError(
            f"{where}: a run of format {found!r}, written by imgpipe "
            f"{versions.get('imgpipe', '?')}; this version reads format {FORMAT}"
        )
    return record


def changes(folder: Path, record: dict[str, Any], shown_as: str) -> list[Text]:
    """Say which files are not as the run wrote them."""
    if "format" not in record:
        return [
            say(
                "The run {run} was written before runs kept pictures and checksums: the pictures "
                "are missing, and nothing would show that a file was changed.",
                run=shown_as,
            )
        ]
    files = record.get("files")
    if not isinstance(files, dict) or not all(isinstance(sum_, str) for sum_ in files.values()):
        raise InputError(f"{shown_as}/run.json: files is {files!r}; checksums are expected")
    missing = [name for name in files if not (folder / name).is_file()]
    edited = _edited(folder, files)
    told = []
    if edited:
        told.append(
            counted(
                len(edited),
                "In {run}, {files} was changed after the run: what this page says may not be what "
                "was measured.",
                "In {run}, {files} were changed after the run: what this page says may not be what "
                "was measured.",
                files=edited,
                run=shown_as,
            )
        )
    if missing:
        told.append(
            counted(
                len(missing),
                "In {run}, {files} is missing, which the run wrote.",
                "In {run}, {files} are missing, which the run wrote.",
                files=missing,
                run=shown_as,
            )
        )
    return told


def was_changed(folder: Path) -> bool:
    """Tell whether a run that was read may not hold what it wrote.

    Its files may then not fit together, in ways that no check on reading foresees.
    """
    record = run_record(folder, shown(folder))
    if "format" not in record:
        return True
    files = record["files"]
    return bool(_edited(folder, files)) or not all((folder / name).is_file() for name in files)


def _edited(folder: Path, files: dict[str, str]) -> list[str]:
    return [n for n in files if (folder / n).is_file() and _digest(folder / n) != files[n]]


def told_twice(record: dict[str, Any], run: Any, shown_as: str) -> list[Text]:
    """Say what run.json and result.json tell differently of one run."""
    if not isinstance(run, dict):
        return []
    names = [about.name for about in fields(RunFacts)]
    differ = [name for name in names if record.get(name) != run.get(name)]
    if not differ:
        return []
    return [
        say(
            "In {run}, run.json and result.json tell {facts} differently: one of them was changed.",
            facts=differ,
            run=shown_as,
        )
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(name: str) -> Any:
    raise ValueError(f"it holds {name}, which is no number of JSON")
