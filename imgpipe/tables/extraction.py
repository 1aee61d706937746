"""The door: all images of a source measured, chunk by chunk, into one table."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

from imgpipe._common import InputError
from imgpipe._common.pseudonyms import check_salt
from imgpipe._common.texts import Text, say
from imgpipe.datasets.files.one_channel import in_one_channel
from imgpipe.datasets.files.reading import Reading
from imgpipe.datasets.unlabelled import list_images
from imgpipe.features.inputs.new_grid import Resampling
from imgpipe.features.settings_file import check_settings, read_settings, whole_settings
from imgpipe.tables.jobs.extracting import Extraction
from imgpipe.tables.rows.columns import SAID, label_columns
from imgpipe.tables.rows.found import GivenRegion, finder_from, in_what_is_found
from imgpipe.tables.table import FeatureTable, WrittenTable, check_path, settings_beside


class Settings(TypedDict, total=False):
    """What is measured; spacing and channels are the images' own where they are not given."""

    families: str | Iterable[str]
    aggregation: str | Iterable[str]
    bins: int | None
    bin_width: float | None
    low: float | None
    range: tuple[float, float] | None
    outliers: float | None
    distance: int | Sequence[int]
    spacing: Sequence[float] | None
    resampling: Any
    label: float | None
    channel_axis: int | None
    ivh_bins: int | None
    ivh_bin_width: float | None


class How(TypedDict, total=False):
    """What becomes of volumes, as in `imgpipe.datasets.find_images`."""

    slices: str | None
    volumes: bool | None
    series: str | None
    allow_gaps: bool


class Asked(Settings, How, total=False):
    """What is measured, and of what."""


def extract_table(
    source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str] | None = None,
    *,
    groups: str | None = None,
    split: str | None = None,
    hash_ids: bool = False,
    salt: str | None = None,
    resume: bool = False,
    region: str | None = None,
    segment: GivenRegion = None,
    n_jobs: int | None = None,
    **settings: Unpack[Asked],
) -> FeatureTable:
    """Measure every image of a source; one that cannot be used gets its reason.

    Images may be labelled or not, of any sizes, and stay in their files until it is their turn.
    Until the table is written, finished rows are kept in ``<out>.part``, which survives a kill of
    the process.

    Parameters
    ----------
    source : path-like or iterable of path-like
        As in `imgpipe.datasets.find_images`: files, folders, stacks, registered names, or a
        manifest, which may have masks and series of DICOM.
    out : path-like, optional
        Table to write, ``.csv`` or ``.parquet``; without it nothing is written. All settings are
        written beside it, to ``<out>.settings.yaml``, which `imgpipe.features.read_settings` reads;
        Parquet has them in its metadata, too, as ``imgpipe_settings``.
    groups, split : str, optional
        Columns of a manifest that become ``group`` and ``split``; others keep their names.
    hash_ids : bool
        Replace ids, which are paths, groups and DICOM identifiers by salted hashes, also in errors;
        hide names in warnings; and leave out a manifest's other columns.
    salt : str, optional
        Of the hashes, for equal ones in several tables; else one is drawn.
    resume : bool
        Go on from ``<out>.part``, where there is one.
    region : {"mask", "box", "image"}, optional
        Measure inside the masks, which is the default where there are any, inside their bounding
        boxes, or whole images.
    segment : str or (str, dict), optional
        Measure inside what a recipe or segmenter of `imgpipe.segment` finds: its name, and settings
        if any. Where it finds nothing, the image gets an error. Images may have no masks, unless
        `region` is ``"image"``, which passes over them.
    n_jobs : int, optional
        Workers; None means 1.
    families, aggregation, bins, bin_width, low, range, outliers, distance, spacing,
    resampling, label, channel_axis, ivh_bins, ivh_bin_width
        As in `imgpipe.features.extract`. Spacing and channels are read from the files, unless they
        are given. `label` goes with masks, and means nothing to an image without one.
    slices, volumes, series, allow_gaps
        As in `imgpipe.datasets.find_images`; volumes in one file are measured in three dimensions
        unless slices are taken.

    Returns
    -------
    FeatureTable
        In the order of the images. All have the columns of the first one that can be used; an
        image of another kind, gray among colour for instance, gets an error.

    Raises
    ------
    InputError
        For settings that do not fit, a source without images, or a ``.part`` of another run.
    StoppedExtraction
        A `KeyboardInterrupt` that says what is kept.

    Examples
    --------
    >>> from imgpipe.tables import extract_table
    >>> table = extract_table("synthetic-nodules", families="intensity")
    >>> table.ids[0], table.columns["label"][0], table.names[0]
    ('P000-0', 'malignant', 'intensity_mean')
    >>> table.values.shape == (len(table), len(table.names)), any(table.errors)
    (True, False)
    """
    if out is None and resume:
        raise InputError("resume=True goes with out: rows are kept beside that file")
    extraction = _checked_extraction(
        source, out, groups, split, hash_ids, salt, region, segment, settings, n_jobs
    )
    with extraction.run(resume=resume, n_jobs=n_jobs) as done:
        return done.table()


def write_features(
    source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    hash_ids: bool = False,
    salt: str | None = None,
    resume: bool = False,
    region: str | None = None,
    segment: GivenRegion = None,
    n_jobs: int | None = None,
    **settings: Unpack[Asked],
) -> WrittenTable:
    """Measure every image of a source into a file, of any number of rows in little memory.

    Parameters
    ----------
    source, out, groups, split, hash_ids, salt, resume, region, segment, n_jobs, families, \
    aggregation, bins, bin_width, low, range, outliers, distance, spacing, resampling, label, \
    channel_axis, ivh_bins, ivh_bin_width
        As in `extract_table`, which gives the values, too.

    Returns
    -------
    WrittenTable
        What a caller may want to say of it.

    Raises
    ------
    InputError, StoppedExtraction
        As `extract_table`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe.tables import write_features
    >>> with TemporaryDirectory() as folder:
    ...     out = Path(folder) / "features.csv"
    ...     told = write_features("synthetic-nodules", out, families="intensity")
    ...     told.rows, told.failed, len(out.read_text().splitlines())
    (258, (), 259)
    """
    extraction = _checked_extraction(
        source, out, groups, split, hash_ids, salt, region, segment, settings, n_jobs
    )
    with extraction.run(resume=resume, n_jobs=n_jobs) as done:
        return done.written()


def _checked_extraction(
    source: Any,
    out: str | os.PathLike[str] | None,
    groups: str | None,
    split: str | None,
    hash_ids: bool,
    salt: str | None,
    region: str | None,
    segment: GivenRegion,
    asked: Asked,
    n_jobs: int | None,
) -> Extraction:
    """Refuse what does not fit, before any image is measured."""
    if out is not None:
        check_path(out)
        _check_beside(settings_beside(out))
    check_salt(hash_ids, salt)
    how: Any = {name: value for name, value in asked.items() if name in How.__annotations__}
    settings: Any = {name: value for name, value in asked.items() if name not in how}
    chosen = _checked(settings)
    reading = Reading(**how)
    listed = list_images(source, reading)
    images = in_one_channel(listed.images, n_jobs)
    finder = finder_from(segment)
    if finder is not None:
        images = in_what_is_found(images, finder, region, chosen["label"], source)
    if region in ("mask", "box") and not images.masked_any:
        raise InputError(f"--region {region} goes with masks, and {source} names none")
    if chosen["label"] is not None and not images.masked_any:
        raise InputError(f"--label goes with masks, and {source} names none")
    if chosen["label"] is not None and region == "image":
        raise InputError(
            "--label chooses a part of the mask, which --region image does not look at"
        )
    how = chosen["resampling"]
    if how and not images.masked_any:
        for part in ("mask_interpolation", "mask_threshold"):
            if how[part] != getattr(Resampling, part):
                raise InputError(f"resampling: {part} goes with masks, and {source} names none")
    if finder is None:
        images = images.with_region(region or "mask", label=chosen["label"])
    columns, notes = label_columns(source, listed.names, groups, split, reading)
    columns = {name: [values[row] for row in listed.rows] for name, values in columns.items()}
    left_out = None
    if hash_ids:
        columns, left_out = _without_others(columns)
    images = images.noting(notes)
    path = None if out is None else Path(out)
    return Extraction(images, columns, chosen, path, region, hash_ids, salt, left_out, finder)


def _check_beside(path: Path) -> None:
    """Refuse to replace a file under the name of the settings that holds something else."""
    if path.exists():
        try:
            read_settings(path)
        except InputError as error:
            raise InputError(
                f"{path} is there already and would be replaced by the settings of the table, but "
                f"it is no file of settings ({error}); move it, or give the table another name"
            ) from None


def _checked(settings: Settings) -> dict[str, Any]:
    """Complete the settings in the order of a journal; refuse what is misspelt or does not fit."""
    for name in settings.keys() - Settings.__annotations__.keys():
        raise TypeError(f"extract_table() got an unexpected keyword argument {name!r}")
    chosen = whole_settings(dict(settings))  # misspelt names fail before any image is read
    del chosen["region"]
    families = {feature.family for feature in check_settings(chosen)}
    for name in ("ivh_bins", "ivh_bin_width"):
        if chosen[name] is not None and "ivh" not in families:
            raise InputError(f"{name} goes with the family ivh, which is not among those chosen")
    return chosen


def _without_others(columns: dict[str, list[str]]) -> tuple[dict[str, list[str]], Text | None]:
    """Leave out the manifest's other columns: they may name a patient."""
    others = [name for name in columns if name not in SAID]
    note = say(
        "columns {names:,} are left out: hash_ids hashes ids, groups and DICOM identifiers only",
        names=others,
    )
    return {name: columns[name] for name in columns if name in SAID}, note if others else None
