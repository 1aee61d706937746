"""Runs beside one another."""

import os
import warnings
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text
from imgpipe.evaluate.joining.experiments import joined_experiment, judgements
from imgpipe.evaluate.joining.judged import Judged, other_labels, why_unpaired
from imgpipe.evaluate.records.pairs.verdicts import verdicts_of
from imgpipe.evaluate.results import Comparison, Verdict
from imgpipe.evaluate.results.joined import JoinedRuns, NamedRun, Unpaired
from imgpipe.evaluate.run_files import load_run


def join_runs(
    runs: Sequence[str | os.PathLike[str]] | Mapping[str, Comparison],
) -> JoinedRuns:
    """Put runs beside one another, and test models of different runs where that is fair.

    Models are paired where their runs judged the same images, with the same labels, on the same
    folds: ``imgpipe compare --folds-of RUN`` makes such runs. Tests are those of `compare`, and
    p-values are adjusted for all pairs of models of different runs.

    Parameters
    ----------
    runs : sequence of path-like, or mapping of str to Comparison
        Two run folders or more, which are named by their folders; or comparisons by name.

    Returns
    -------
    JoinedRuns

    Raises
    ------
    InputError
        For fewer than two runs, the same one twice, or a folder that cannot be read.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import compare, join_runs
    >>> data = load("synthetic-nodules")
    >>> runs = {name: compare(name, data, folds=2) for name in ("svm", "dummy")}
    >>> pair = join_runs(runs).pairs[0]
    >>> pair.a, pair.b, pair.verdict
    ('svm/svm', 'dummy/dummy', 'no detectable difference')
    """
    loaded = dict(runs) if isinstance(runs, Mapping) else _load(runs)
    if len(loaded) < 2:
        raise InputError("there is one run; give two or more to put beside one another")
    _check_different(loaded)
    judged = [Judged(name, comparison) for name, comparison in loaded.items()]
    reasons = {(a.name, b.name): why_unpaired(a, b) for a, b in combinations(judged, 2)}
    relabelled = [other_labels(a, b) for a, b in combinations(judged, 2)]
    # of three runs, two may judge alike: each stands with the first that judged as it did
    same_as = {
        run.name: next(
            (other.name for other in judged[:i] if reasons[other.name, run.name] is None), run.name
        )
        for i, run in enumerate(judged)
    }
    named = tuple(
        NamedRun(run.name, run.comparison, same_as[run.name], _first_with_data(run, judged))
        for run in judged
    )
    for text in filter(None, relabelled):
        warnings.warn(text, stacklevel=2)
    return JoinedRuns(
        runs=named,
        pairs=_verdicts(judged, same_as),
        unpaired=_unpaired(reasons, same_as),
        warnings=tuple(_told(loaded) + [text for text in relabelled if text is not None]),
    )


def _unpaired(
    reasons: Mapping[tuple[str, str], Text | None], same_as: dict[str, str]
) -> tuple[Unpaired, ...]:
    """Say why runs are not compared, once for those that judged alike."""
    alike: dict[str, list[str]] = {}
    for name, first in same_as.items():
        alike.setdefault(first, []).append(name)
    return tuple(
        Unpaired(tuple(alike[a]), tuple(alike[b]), why)
        for (a, b), why in reasons.items()
        if why is not None and a in alike and b in alike
    )


def _verdicts(judged: list[Judged], same_as: dict[str, str]) -> tuple[Verdict, ...]:
    """Test models of different runs, group by group of runs that judged alike."""
    pairs = []
    for first in dict.fromkeys(same_as.values()):
        group = [run for run in judged if same_as[run.name] == first]
        if len(group) > 1:
            experiment = joined_experiment(group)
            each = [judgements(run, experiment) for run in group]
            pairs += [
                (a, b, experiment)
                for one, other in combinations(each, 2)
                for a in one
                for b in other
            ]
    return verdicts_of(pairs)


def _load(folders: Sequence[str | os.PathLike[str]]) -> dict[str, Comparison]:
    """Read run folders; each is named by as much of its path as tells it from the others."""
    if isinstance(folders, str | os.PathLike):
        raise InputError("runs is one path; give a list of two or more")
    paths = [Path(os.path.realpath(folder)) for folder in folders]
    for i, path in enumerate(paths):
        if path in paths[:i]:
            raise InputError(f"{shown(folders[i])} is given twice")
    return {
        name: load_run(folder) for name, folder in zip(short_names(paths), folders, strict=True)
    }


def short_names(paths: Sequence[Path]) -> list[str]:
    """Name folders by their last part, or by as many parts as tell them apart.

    Examples
    --------
    >>> short_names([Path("/a/first/run"), Path("/a/second/run")])
    ['first/run', 'second/run']
    """
    n = 1
    while len({path.parts[-n:] for path in paths}) < len(paths):
        n += 1
    return [shown("/".join(path.parts[-n:])) for path in paths]


def _check_different(runs: Mapping[str, Comparison]) -> None:
    for (one, a), (other, b) in combinations(runs.items(), 2):
        if a is b or a.run == b.run:
            raise InputError(f"{one} and {other} are the same run")


def _first_with_data(run: Judged, runs: list[Judged]) -> str:
    data = run.comparison.run.data_hash
    return next(other.name for other in runs if other.comparison.run.data_hash == data)


def _told(runs: Mapping[str, Comparison]) -> list[Text | str]:
    """Say of each run what is to be read first."""
    return [text for comparison in runs.values() for text in comparison.reading]
