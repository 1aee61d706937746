"""Which installed distributions a prediction imports, and their bytes on disk, as JSON.

``python _imports.py MODEL IMAGE [HIDDEN,...]``: modules that are hidden are as good as not
installed, for a library may take along what it finds and can do without.
"""

import contextlib
import importlib.metadata
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path


class Hiding(MetaPathFinder):
    """Finds nothing under some names, and lets nobody else look."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is hidden", name=name)


def predict(model: str, image: str) -> None:
    """Predict as the program does, and let nobody see it."""
    from imgpipe.cli import main

    with contextlib.redirect_stdout(io.StringIO()):
        try:
            main(["predict", model, image, *(["--trust"] if model.endswith(".joblib") else [])])
        except SystemExit as done:
            if done.code:
                raise


def imported() -> Iterator[Path]:
    """Files of modules that an interpreter of this environment does not import by itself."""
    bare = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    by_itself = subprocess.run(bare, capture_output=True, text=True, check=True).stdout.split()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and name not in by_itself:
            yield Path(file).resolve()


def sizes() -> dict[str, int]:
    """Bytes of each distribution that has one of the imported files."""
    files, found = set(imported()), {}
    for each in importlib.metadata.distributions():
        own = {Path(file.locate()).resolve() for file in each.files or ()}
        if files & own and each.name != "imgpipe":
            found[each.name] = sum(file.stat().st_size for file in own if file.is_file())
    # an editable install lists no files
    package = Path(sys.modules["imgpipe"].__file__ or "").parent
    kept = (file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
    found["imgpipe"] = sum(file.stat().st_size for file in kept)
    return found


if __name__ == "__main__":
    sys.meta_path.insert(0, Hiding(set("".join(sys.argv[3:]).split(","))))
    predict(*sys.argv[1:3])
    print(json.dumps(sizes()))
