"""What the file of a pixel classifier says of itself, for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from imgpipe.bundle.archive.listed import Listed
from imgpipe.bundle.pixels.manifest import FORMAT_VERSION, PixelManifest


@dataclass(frozen=True, eq=False, repr=False)
class InspectedPixels(Listed):
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
