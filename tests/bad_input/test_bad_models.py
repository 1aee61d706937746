"""Files of models that were changed: refused in one line, and no code of theirs is run."""

import hashlib
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_cases import Case, Given, tried

from benchmarks.fuzz.mutations import parts_of, repacked
from imgpipe import bundle

FIXTURES = Path(__file__).parents[1] / "bundle" / "fixtures"
FOREST = (FIXTURES / "format-1-forest.imgpipe").read_bytes()


def opened(content: bytes) -> Given:
    """The classes of the model in a file of these bytes."""

    def read(folder: Path) -> Any:
        path = folder / "m.imgpipe"
        path.write_bytes(content)
        return list(bundle.load(path).classes)

    return read


def changed(change: Callable[[dict[str, bytes], Any], None]) -> Given:
    """The same of a sound bundle whose parts were changed, with digests put right."""
    members, manifest = parts_of(FOREST)
    change(members, manifest)
    return opened(repacked(members, manifest))


def edited() -> bytes:
    """A word of the manifest replaced, and nothing else put right."""
    content = bytearray(FOREST)
    content[200] ^= 1
    return bytes(content)


def newer(members: dict[str, bytes], manifest: Any) -> None:
    """A format that is not known yet."""
    manifest["format_version"] = 99


def another_order(members: dict[str, bytes], manifest: Any) -> None:
    """Names of features swapped: the trees would look at the wrong ones."""
    names = manifest["features"]
    names[0], names[1] = names[1], names[0]


def beyond(members: dict[str, bytes], manifest: Any) -> None:
    """A tree that goes on behind its last node."""
    name = "trees.left.array"
    array = np.frombuffer(members[name], manifest["members"][name]["dtype"]).copy()
    array[0] = 10**6
    members[name] = array.tobytes()


def climbing(members: dict[str, bytes], manifest: Any) -> None:
    """A member that would be written outside."""
    name = sorted(members)[0]
    members["../evil.array"] = members[name]
    manifest["members"]["../evil.array"] = dict(manifest["members"][name])


class Trap:
    """Ends the process when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        import os

        return os._exit, (77,)


def pickled_inside() -> bytes:
    """A zip with a pickle as its manifest."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("manifest.json", pickle.dumps(Trap()))
    body = file.getvalue()
    return body + hashlib.sha256(body).hexdigest().encode()


def untrusted(folder: Path) -> Any:
    """A joblib file, which is a pickle, without a word of trust."""
    (folder / "m.joblib").write_bytes(pickle.dumps(Trap()))
    return bundle.load(folder / "m.joblib")


CASES = [
    Case("a sound file", opened(FOREST), gives=parts_of(FOREST)[1]["classes"]),
    Case("edited JSON", opened(edited()), r"m\.imgpipe: .*changed|damaged"),
    Case("another version", changed(newer), r"written in format 99; this imgpipe reads"),
    Case("wrong feature order", changed(another_order), r"m\.imgpipe: "),
    Case("out-of-range indices", changed(beyond), r"m\.imgpipe: "),
    Case("path escape in the archive", changed(climbing), r"m\.imgpipe: .*evil"),
    Case("a truncated file", opened(FOREST[:-100]), r"m\.imgpipe: .*cut|changed|damaged"),
    Case("a truncated file", opened(b""), r"m\.imgpipe: "),
    Case("a pickle where none may be", opened(pickle.dumps(Trap())), r"m\.imgpipe: "),
    Case("a pickle where none may be", opened(pickled_inside()), r"m\.imgpipe: "),
    Case("a pickle where none may be", untrusted, r"m\.joblib: .*trust"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_changed_model_is_refused(case: Case, tmp_path: Path) -> None:
    """A file that was changed is refused in one line that names it."""
    tried(case, tmp_path)
