"""One extraction: its rows go through a journal, from which the table is written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import imgpipe
from imgpipe._common import atomic_path, track
from imgpipe._common.pseudonyms import Pseudonyms, drawn_salt, salt_header
from imgpipe._common.texts import Text, counted, say
from imgpipe._runtime.journal import Block, Journal
from imgpipe._runtime.resumable import resumable
from imgpipe.datasets.files.fingerprint import fingerprint
from imgpipe.datasets.naming import told_count
from imgpipe.features.settings_file import settings_text
from imgpipe.images import ImageFile, Images
from imgpipe.images.item import paths_of
from imgpipe.segment.choosing import Finder
from imgpipe.tables.rows.columns import identifier_columns
from imgpipe.tables.rows.found import told_of_segment
from imgpipe.tables.rows.measuring import measure
from imgpipe.tables.rows.writing import frames_of, write_frames
from imgpipe.tables.table import FeatureTable, WrittenTable, settings_beside


@dataclass(frozen=True)
class Extraction:
    """What is to be measured, and where it goes.

    Parameters
    ----------
    images : Images
    columns : dict of str to list of str
        What the source says of each.
    settings : dict
        Of the features.
    out : Path or None
        Of the table.
    region : str or None
        As it was asked for.
    hash_ids, salt
        As in `imgpipe.tables.extract_table`.
    left_out : Text or None
        What it says of columns that are not copied.
    finder : Finder or None
        What finds the region of each.
    """

    images: Images
    columns: Mapping[str, list[str]]
    settings: dict[str, Any]
    out: Path | None
    region: str | None
    hash_ids: bool
    salt: str | None
    left_out: Text | None = None
    finder: Finder | None = None

    @contextmanager
    def run(self, *, resume: bool, n_jobs: int | None) -> Iterator["_Done"]:
        """Measure all, write the table, and give it while its rows are still at hand."""
        header = {
            "version": imgpipe.__version__,
            "region": self.region,
            **self.settings,
            "salt": salt_header(self.hash_ids, self.salt),
            "images": fingerprint(self.images),
            **({} if self.finder is None else {"segment": self._segment}),
        }
        drawn = drawn_salt() if self.hash_ids and self.salt is None else None
        total = len(self.images)
        with resumable(self.out, header, total, resume=resume, secret=drawn) as journal:
            done = self._measured(journal, n_jobs)
            if self.out is not None:
                settings = {**self.settings, "region": self.region}
                text = settings_text(settings)
                if self.finder is not None:
                    text += f"\n# Measured inside what was found: --segment {self._segment}\n"
                done.write(self.out, text)
                with atomic_path(settings_beside(self.out)) as scratch:
                    scratch.write_text(text, encoding="utf-8", newline="\n")
            yield done

    @property
    def _segment(self) -> str:
        return "" if self.finder is None else told_of_segment(self.finder)

    def _measured(self, journal: Journal, n_jobs: int | None) -> "_Done":
        salt = (self.salt or journal.secret) if self.hash_ids else None
        pseudonyms = Pseudonyms(salt) if salt else None
        blocks = measure(self.images, journal, self.settings, n_jobs)
        total = len(self.images)
        for block, names in track(
            blocks, "extracting", total, size=_size, done=journal.count, lines=True
        ):
            journal.add(self._hidden(block, journal.count, pseudonyms), names)
        notes = told_count(journal.note, journal.notes)
        told = [*self.images.warnings]
        if self.region != "image":
            told += _without_masks(self.images)
        ids, columns = self.images.ids, dict(self.columns)
        if pseudonyms is not None:
            told = [pseudonyms.in_note(note) for note in told]
            ids = tuple(map(pseudonyms.of, ids))
            if "group" in columns:
                columns["group"] = [*map(pseudonyms.of, columns["group"])]
            if self.left_out is not None:
                told.append(self.left_out)
        if salt is not None and "identifiers" not in journal.extras:
            notes = [*notes, say("no image has DICOM identifiers that could be hashed")]
        return _Done(ids, columns, (*told, *notes), journal)

    def _hidden(self, block: Block, start: int, pseudonyms: Pseudonyms | None) -> Block:
        """Keep no identifier, and no reason with a name in it, where hashes are wanted."""
        if pseudonyms is None:
            return block
        rows = slice(start, start + len(block))
        beside = [paths_of(item) for item in self.images.items[rows]]
        extras = dict(block.extras)
        if "identifiers" in extras:
            extras["identifiers"] = [
                row and [*map(pseudonyms.of, row)] for row in extras["identifiers"]
            ]
        return replace(
            block,
            errors=pseudonyms.in_reasons(block.errors, self.images.ids[rows], beside),
            extras=extras,
            note=pseudonyms.in_note(block.note),
        )


def _without_masks(images: Images) -> list[Text]:
    """Say of how many images the whole is measured, where others have masks."""
    lacking = sum(
        not (item.masks if isinstance(item, ImageFile) else getattr(item, "mask", None) is not None)
        for item in images.items
    )
    if lacking in (0, len(images)):
        return []
    return [
        counted(
            lacking,
            "{n} of {of} images has no mask: it is measured whole, the others inside theirs",
            "{n} of {of} images have no mask: they are measured whole, the others inside theirs",
            of=len(images),
        )
    ]


def _size(found: tuple[Block, list[str]]) -> int:
    return len(found[0])


@dataclass(frozen=True)
class _Done:
    """All rows, in a journal."""

    ids: tuple[str, ...]
    columns: Mapping[str, list[str]]
    warnings: tuple[str, ...]
    journal: Journal

    def write(self, path: Path, settings: str) -> None:
        """Write the table; Parquet has a place for the settings that it was made with."""
        frames = frames_of(self.journal, {"id": self.ids, **self.columns}, self._texts)
        write_frames(path, frames, {"imgpipe_settings": settings})

    def written(self) -> WrittenTable:
        """Say what is in the table."""
        failed = []
        start = 0
        for block in self.journal.blocks() if self.journal.failed else ():
            failed += [(self.ids[start + i], *reason) for i, reason in block.errors.items()]
            start += len(block)
        return WrittenTable(len(self.ids), tuple(self.journal.names), tuple(failed), self.warnings)

    def table(self) -> FeatureTable:
        """Bring all into memory."""
        values = np.empty((len(self.ids), len(self.journal.names)))
        errors, codes = [""] * len(self.ids), [""] * len(self.ids)
        texts: dict[str, list[str]] = {}
        start = 0
        for block in self.journal.blocks():
            values[start : start + len(block)] = block.values
            for i, reason in block.errors.items():
                codes[start + i], errors[start + i] = reason
            for name, column in self._texts(block).items():
                texts.setdefault(name, []).extend(column)
            start += len(block)
        return FeatureTable(
            self.ids,
            {**self.columns, **texts},
            tuple(self.journal.names),
            values,
            tuple(errors),
            self.warnings,
            tuple(codes),
        )

    def _texts(self, block: Block) -> Mapping[str, Sequence[str]]:
        """Identifiers, hashed before where they are to be, if any image has some."""
        if "identifiers" not in self.journal.extras:
            return {}
        return identifier_columns(block.extras.get("identifiers", [None] * len(block)), None)
