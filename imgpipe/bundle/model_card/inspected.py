"""A model's file as it was found: what it says of itself, and its self-test on this machine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe.bundle.archive.manifest import FORMAT_VERSION, Manifest
from imgpipe.bundle.inference.selftest import Selftested

if TYPE_CHECKING:
    from imgpipe.learn.trained import TrainedModel


@dataclass(frozen=True, eq=False, repr=False)
class Inspected:
    """All that a model's file says of itself.

    Parameters
    ----------
    path : str
        Of the file, as given.
    bytes : int
        Its size.
    sha256 : str
        Of the whole file, in hexadecimal.
    model : TrainedModel
        What it predicts with.
    card : dict
        What `imgpipe.bundle.save` was told of the model.
    manifest : Manifest, optional
        Of a bundle; None for a joblib file.
    selftest : Selftested, optional
        Whether this machine gives the model's probabilities, features and distances to the
        training images; None where the file has no self-test.

    Examples
    --------
    >>> from imgpipe import bundle
    >>> print(bundle.inspect("lungs.imgpipe"))  # doctest: +SKIP
    """

    path: str
    bytes: int
    sha256: str
    model: "TrainedModel"
    card: Mapping[str, Any] = field(default_factory=dict)
    manifest: Manifest | None = None
    selftest: Selftested | None = None

    def __repr__(self) -> str:
        return f"<Inspected {self.path}: {self.model!r}>"

    def __str__(self) -> str:
        from imgpipe.bundle.model_card.terminal import to_text

        return to_text(self)

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return Path(self.path).name

    @property
    def ok(self) -> bool:
        """False where a self-test gave other numbers here."""
        return self.selftest is None or self.selftest.passed

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, in order; none for a network."""
        if self.manifest is not None:
            return self.manifest.features
        return () if self.model.summary is None else self.model.summary.names

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
            "format": "joblib" if self.manifest is None else "imgpipe",
            "format_version": None if self.manifest is None else FORMAT_VERSION,
            "positive_class": self.model.positive_class,
            "selftest_here": None,
        }
        if self.selftest is not None:
            told["selftest_here"] = {**asdict(self.selftest), "passed": self.selftest.passed}
        if self.manifest is not None:
            return told | asdict(self.manifest)
        return {
            **told,
            "classes": list(self.model.classes),
            "features": list(self.feature_names),
            "warnings": list(map(str, self.model.warnings)),
            "card": dict(self.card),
        }

    def to_markdown(self) -> str:
        """Write a model card.

        Returns
        -------
        str
            Markdown as on GitHub, in the sections that model cards have (Mitchell et al., 2019).
        """
        from imgpipe.bundle.model_card.markdown import to_markdown

        return to_markdown(self)
