"""What is wrong with a data set, before any model."""

import os
from collections.abc import Iterable
from typing import Any

from imgpipe._common import InputError, collecting
from imgpipe.datasets import load
from imgpipe.datasets.files.reading import changes_nothing
from imgpipe.datasets.pairs import as_dataset
from imgpipe.evaluate.checks import known_codes, run_checks
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.checks.found import Findings
from imgpipe.evaluate.data.leakage import duplicates
from imgpipe.evaluate.data.row_survey import survey_of
from imgpipe.evaluate.results import Finding
from imgpipe.tables import FeatureDataset, is_feature_table, load_features


def check(
    data: Any,
    *,
    ignore: Iterable[str] = (),
    folds: int = 5,
    n_jobs: int | None = None,
    **reading: Any,
) -> list[Finding]:
    """Run all checks that need no model.

    Parameters
    ----------
    data : Dataset, FeatureDataset, pair, or path-like
        From `imgpipe.datasets.load`, or images and their labels. A source as that function takes
        it: then what would stop it, such as a patient on both sides of a split, is told as a
        finding too, wherever one can go on.
    ignore : iterable of str
        Codes that are not told, as ``["PAT001"]``.
    folds : int
        For which there should be enough of each class, where no split is given.
    n_jobs : int, optional
        Workers that read files; None means 1.
    **reading
        Arguments of `imgpipe.datasets.load`, with a source.

    Returns
    -------
    list of Finding
        Errors first; empty where nothing was found. `docs/checks.md` says what each code means.

    Raises
    ------
    InputError
        For an unknown code, or data that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.evaluate import check
    >>> images = np.random.default_rng(0).integers(0, 256, (40, 16, 16), np.uint8)
    >>> images[1] = images[0]
    >>> [(found.code, found.severity) for found in check((images, [0, 1] * 20))]
    [('DUP002', 'error'), ('PAT001', 'warning')]
    """
    ignore = known_codes(ignore)
    with collecting() as faults:
        dataset = _read(data, reading)
        survey = survey_of(dataset, n_jobs)
        places = [None] * len(dataset) if dataset.split is None else dataset.split.tolist()
        pairs, complaints = duplicates(survey, dataset.ids, dataset.labels, places, n_jobs=n_jobs)
        evidence = Evidence(
            dataset,
            survey,
            pairs,
            tuple(complaints),
            tuple(faults),
            folds=folds,
        )
        findings = Findings(run_checks(evidence, ignore))
    findings.idle = tuple(text for text in dataset.warnings if changes_nothing(text))
    return findings


def _read(data: Any, reading: dict[str, Any]) -> Any:
    """Load a source; take what is loaded as it is."""
    if isinstance(data, FeatureDataset):
        return data
    if not isinstance(data, str | os.PathLike):
        return as_dataset(data)
    if not is_feature_table(data):
        return load(data, **reading)
    for name in ("size", "slices", "volumes", "series", "allow_gaps"):
        if reading.pop(name, None):
            option = name.replace("_", "-")
            raise InputError(f"{data}: a table of features has no images; leave out --{option}")
    if reading.pop("fit", "stretch") != "stretch":
        raise InputError(f"{data}: a table of features has no images; leave out --fit")
    return load_features(data, **reading)
