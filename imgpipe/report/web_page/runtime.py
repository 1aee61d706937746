"""onnxruntime-web: the two of its files that a page holds, and where they come from."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imgpipe._common import InputError, atomic_path, shown
from imgpipe._common.paths import cache_dir

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
SCRIPT, BINARY = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
# of this version's package, as npm publishes it, and of the two files in it
_PACKED = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
_FILES = {
    SCRIPT: "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    BINARY: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
_SECONDS = 900  # to fetch 33 MB
_EXPORTS = re.compile(r"export\s*\{([^}]*)\};?\s*$")
_NEEDED = ("InferenceSession", "Tensor", "env")


@dataclass(frozen=True)
class Runtime:
    """What runs a graph in a browser: a script that sets ``ort``, and compiled code."""

    version: str
    script: str
    binary: bytes


def runtime(folder: str | os.PathLike[str] | None = None) -> Runtime:
    """Find onnxruntime-web.

    Parameters
    ----------
    folder : path, optional
        The unpacked package, its ``dist``, or a folder with ``node_modules``; any version that has
        both files. Without it: the cache folder, a ``node_modules`` here or above that has the
        version known here, and else npm, which fetches it.

    Raises
    ------
    InputError
        If there is none, or what npm fetched is not what was published.
    """
    if folder is not None:
        return _read(_given(Path(folder)))
    kept = cache_dir() / f"{PACKAGE}-{VERSION}"
    for place in (kept, *_installed()):
        if _is_known(place):
            return _read(place)
    _fetch(kept)
    return _read(kept)


def _given(folder: Path) -> Path:
    inside = Path("node_modules", PACKAGE, "dist")
    for place in (folder, folder / "dist", folder / PACKAGE / "dist", folder / inside):
        if all((place / name).is_file() for name in _FILES):
            return place
    raise InputError(
        f"{shown(folder)}: {SCRIPT} and {BINARY} are not there; give the folder of an unpacked "
        f"{PACKAGE} (npm pack {PACKAGE}@{VERSION})"
    )


def _installed() -> Iterator[Path]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / "node_modules" / PACKAGE / "dist"


def _is_known(place: Path) -> bool:
    """Whether both files are those of the version known here."""
    try:
        found = {name: (place / name).read_bytes() for name in _FILES}
    except OSError:
        return False
    return all(hashlib.sha256(found[name]).hexdigest() == told for name, told in _FILES.items())


def _fetch(place: Path) -> None:
    """Let npm fetch the package, and keep the two files."""
    npm = shutil.which("npm")
    ways = f"npm pack {PACKAGE}@{VERSION}, unpack it, and give its folder with --runtime"
    if npm is None:
        raise InputError(
            f"the page needs {PACKAGE}, which is not here, and there is no npm to fetch it. "
            f"Install npm; or, where it is: {ways}"
        )
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts", "--silent"]
        try:
            done = subprocess.run(
                command, cwd=scratch, capture_output=True, text=True, timeout=_SECONDS
            )
            trouble = "" if done.returncode == 0 else done.stderr or done.stdout or "it failed"
        except (OSError, subprocess.TimeoutExpired) as error:
            trouble = str(error)
        packed = next(Path(scratch).glob("*.tgz"), None)
        if trouble or packed is None:
            told = " ".join(trouble.split())[-300:]
            raise InputError(f"npm cannot fetch {PACKAGE} {VERSION}: {told}. Where it can: {ways}")
        _keep(packed, place)


def _keep(packed: Path, place: Path) -> None:
    content = packed.read_bytes()
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != _PACKED:
        raise InputError(
            f"npm gave another {PACKAGE} {VERSION} than was published (its SHA-512 is {found}); "
            "see which registry it asks (npm config get registry)"
        )
    with tarfile.open(packed) as archive, atomic_path(place, folder=True) as folder:
        for name in _FILES:
            member = archive.extractfile(f"package/dist/{name}")
            if member is None:
                raise InputError(f"{PACKAGE} {VERSION} has no {name}")
            (folder / name).write_bytes(member.read())


def _read(place: Path) -> Runtime:
    text = (place / SCRIPT).read_text(encoding="utf-8")
    version = re.search(r"ONNX Runtime Web v([\w.-]+)", text)
    return Runtime(
        version[1] if version else "?",
        _global(shown(place / SCRIPT), text),
        (place / BINARY).read_bytes(),
    )


def _global(name: str, text: str) -> str:
    """Make the module's exports the global ``ort``: a page without a server imports nothing."""
    text = re.sub(r"//# sourceMappingURL=\S*\s*", "", text).rstrip()
    exports = _EXPORTS.search(text)
    names = {}
    for part in exports[1].split(",") if exports else ():
        inner, _, outer = part.strip().partition(" as ")
        names[outer or inner] = inner
    if exports is None or not set(_NEEDED) <= set(names):
        raise InputError(f"{name}: exports no {', '.join(_NEEDED)}; {PACKAGE} {VERSION} does")
    if "</script" in text.lower() or "<!--" in text:
        raise InputError(f"{name}: cannot stand inside a page; {PACKAGE} {VERSION} can")
    given = ", ".join(f"{outer}: {names[outer]}" for outer in _NEEDED)
    return f"{text[: exports.start()]}globalThis.ort = {{ {given} }};\n"
