"""Sections on how to run the model, and what its file holds."""

import json
import shlex
from typing import TYPE_CHECKING

from imgpipe.bundle.archive.manifest import FORMAT_VERSION
from imgpipe.bundle.model_card import words
from imgpipe.bundle.model_card.blocks import Block, Code, Facts, Grid, Section, Words

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected

_NO_SELFTEST = "none: the model gave nothing for made-up images when it was written"


def how_to_run(found: "Inspected") -> Section:
    """Give the command and the Python."""
    name, joblib = found.name, found.manifest is None
    images = "images.csv" if found.model.region != "image" else "scans/"
    told = "It needs Python 3.11 or newer and imgpipe without extras (pip install . in its clone)."
    if joblib:
        told += " A .joblib file needs the same versions, and may run code of its maker."
    if found.model.region != "image":
        told += " images.csv is a manifest with the columns path and mask."
    trust, trusted = (" --trust", ", trust=True") if joblib else ("", "")
    command = f"imgpipe predict {shlex.quote(name)} {images}{trust} --out predictions.csv"
    script = (
        "from imgpipe import bundle\n\n"
        f"predictor = bundle.load({json.dumps(name)}{trusted})\n"
        f"told = predictor.predict({json.dumps(images)})\n"
        "print(told.classes, told.probabilities)"
    )
    return Section(
        "How to run it", [Words(told), Code(command, "sh"), Code(script, "python")], on_page=True
    )


def file(found: "Inspected") -> Section:
    """Tell sizes, digests, versions and members."""
    rows = [
        ("File", found.name),
        ("Size", f"{words.size(found.bytes)} ({found.bytes:,} bytes)"),
        ("SHA-256", found.sha256),
        ("Format", _format(found)),
    ]
    if found.manifest is None:
        return Section("File", [Facts(rows)])
    versions = ", ".join(f"{name} {number}" for name, number in found.manifest.written_by.items())
    rows += [("Written with", versions), ("Self-test", str(found.selftest or _NO_SELFTEST))]
    members = [
        [name, words.size(each.bytes), each.sha256]
        for name, each in sorted(found.manifest.members.items())
    ]
    blocks: list[Block] = [Facts(rows), Grid(["Member", "Size", "SHA-256"], members, narrow=2)]
    return Section("File", blocks)


def _format(found: "Inspected") -> str:
    if found.manifest is None:
        return "joblib: a pickle, which runs code when it is opened"
    return f".imgpipe, version {FORMAT_VERSION}: runs no code when it is opened"
