"""A bundle in memory: its manifest and its members, each as the manifest says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.archive.container import MANIFEST, content_of, packed, unpacked
from imgpipe.bundle.archive.manifest import Manifest, described, from_json, to_json
from imgpipe.bundle.archive.members import take_manifest
from imgpipe.bundle.archive.parts import check_parts
from imgpipe.bundle.archive.refusing import refusing

MOST_MEMORY = 2**30
"""That the fitted part may take at a time for what it computes."""
MOST_WORK = 2**33
"""Multiplications at a time, for more than one image: about a second, until Ctrl-C is seen."""


@dataclass(frozen=True, eq=False)
class Bundled:
    """A manifest, graphs (ONNX) and arrays by name."""

    manifest: Manifest
    graphs: Mapping[str, bytes]
    arrays: Mapping[str, np.ndarray]
    rows: int = 1
    """Images that the fitted part may be given at a time."""

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write all of it; the file appears whole or not at all."""
        members = self._members()
        try:
            Bundled.of_members(dict(members))
        except InputError as error:
            raise InputError(f"{path} is not written: {error}") from None
        with atomic_path(path) as scratch:
            Path(scratch).write_bytes(packed(members))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "Bundled":
        """Read and check a file."""
        with refusing(path):
            return cls.of_bytes(content_of(path))

    @classmethod
    def of_bytes(cls, content: bytes) -> "Bundled":
        """Check what stands in a file; the `InputError` does not name it."""
        return cls.of_members(unpacked(content))

    def _members(self) -> dict[str, bytes]:
        """Give the content of each member, the manifest first."""
        members = {f"{name}.onnx": content for name, content in self.graphs.items()}
        told = {name: described(content) for name, content in members.items()}
        for name, array in self.arrays.items():
            # a reader knows one order of bytes and of rows
            array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            members[f"{name}.array"] = array.tobytes()
            told[f"{name}.array"] = described(members[f"{name}.array"], array)
        return {MANIFEST: to_json(replace(self.manifest, members=told)), **members}

    @classmethod
    def of_members(cls, members: dict[str, bytes]) -> "Bundled":
        """Take members for what the manifest says, once all of it has been found true."""
        manifest = take_manifest(members, from_json)
        graphs, arrays = {}, {}
        for name, told in manifest.members.items():
            content = members[name]
            stem, _, suffix = name.rpartition(".")
            if suffix == "onnx":
                graphs[stem] = content
            else:
                arrays[stem] = np.frombuffer(content, told.dtype).reshape(told.shape or ())
        cost = check_parts(manifest, graphs, arrays)
        rows = min(MOST_MEMORY // max(cost.bytes, 1), MOST_WORK // max(cost.work, 1))
        return cls(manifest, graphs, arrays, max(1, rows))
