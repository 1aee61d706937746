"""What the file of a pixel classifier says of itself, for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from imgpipe.bundle.pixels.manifest import FORMAT_VERSION, PixelManifest


@dataclass(frozen=True, eq=False, repr=False)
class InspectedPixels:
    """A pixel classifier's file as it was found.

    Parameters
    ----------
    path : str
        Of the file, as given.
    bytes : int
        Its size.
    sha256 : str
        Of the whole file, in hexadecimal.
    manifest : PixelManifest
    trees, nodes : int
        How large its forest is.
    card : dict
        What `imgpipe.bundle.save` was told of the model.
    """

    path: str
    bytes: int
    sha256: str
    manifest: PixelManifest
    trees: int
    nodes: int
    card: Mapping[str, Any] = field(default_factory=dict)
    selftest: None = None
    ok: bool = True

    def __repr__(self) -> str:
        return f"<InspectedPixels {self.path}>"

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self._facts())
        lines = [f"  {name.ljust(width)}  {value}" for name, value in self._facts()]
        return "\n".join([f"{Path(self.path).name}: {self._lead}", *lines])

    @property
    def _lead(self) -> str:
        told = self.manifest
        kind = "volumes" if told.axes == 3 else "images"
        colour = "gray" if told.channels == 1 else f"{told.channels}-channel"
        return (
            f"a pixel classifier of {len(told.classes)} classes for {colour} {kind}; "
            "imgpipe segment DATA --model FILE applies it"
        )

    def _facts(self) -> list[tuple[str, str]]:
        told = self.manifest
        facts = [
            ("classes", ", ".join(map(str, told.classes))),
            ("filters", ", ".join(told.filters)),
            ("scales", ", ".join(f"{scale:g}" for scale in told.scales) + f" {told.unit}"),
            ("features", f"{len(told.features)} a pixel"),
            ("forest", f"{self.trees:,} trees, {self.nodes:,} questions"),
            ("written by", ", ".join(f"{name} {no}" for name, no in told.written_by.items())),
            ("size", f"{self.bytes:,} bytes"),
            ("sha256", self.sha256),
        ]
        return facts + [(f"card: {name}", str(value)) for name, value in self.card.items()]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as values that JSON takes.

        Returns
        -------
        dict
        """
        told = {
            "path": self.path,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "format": "imgpipe-pixels",
            "format_version": FORMAT_VERSION,
            "trees": self.trees,
            "nodes": self.nodes,
            "features": list(self.manifest.features),
            "selftest_here": None,
        }
        return told | asdict(self.manifest)

    def to_markdown(self) -> str:
        """Write a model card.

        Returns
        -------
        str
        """
        rows = [f"| {name} | {value} |" for name, value in self._facts()]
        return "\n".join(
            [f"# {Path(self.path).stem}", "", f"{self._lead[0].upper()}{self._lead[1:]}.", "",
             "| | |", "|---|---|", *rows, ""]
        )  # fmt: skip
