"""A bundle in memory: its manifest and its members, each as the manifest says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.archive.container import packed, unpacked
from imgpipe.bundle.archive.manifest import Manifest, described, from_json, to_json

_MANIFEST = "manifest.json"


@dataclass(frozen=True, eq=False)
class Bundled:
    """A manifest, graphs (ONNX) and arrays by name."""

    manifest: Manifest
    graphs: Mapping[str, bytes]
    arrays: Mapping[str, np.ndarray]

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write all of it; the file appears whole or not at all."""
        members = {f"{name}.onnx": content for name, content in self.graphs.items()}
        told = {name: described(content) for name, content in members.items()}
        for name, array in self.arrays.items():
            array = np.ascontiguousarray(array)
            members[f"{name}.array"] = array.tobytes()
            told[f"{name}.array"] = described(members[f"{name}.array"], array)
        manifest = to_json(replace(self.manifest, members=told))
        with atomic_path(path) as scratch:
            Path(scratch).write_bytes(packed({_MANIFEST: manifest, **members}))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "Bundled":
        """Read and check a file."""
        members = unpacked(path)
        manifest = from_json(members.pop(_MANIFEST))
        graphs, arrays = {}, {}
        for name, told in manifest.members.items():
            content = members.pop(name)
            if described(content).sha256 != told.sha256:
                raise InputError(f"{path}: {name} was changed")
            stem, _, suffix = name.rpartition(".")
            if suffix == "onnx":
                graphs[stem] = content
            elif told.dtype is not None and told.shape is not None:
                arrays[stem] = np.frombuffer(content, told.dtype).reshape(told.shape)
        if members:
            raise InputError(f"{path}: holds {', '.join(members)}, which it does not tell of")
        return cls(manifest, graphs, arrays)
