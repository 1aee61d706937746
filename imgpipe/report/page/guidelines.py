"""Reporting guidelines, filled in as far as this run knows."""

import re
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page.view import View
from imgpipe.report.words.guidelines import ANSWERS, claim, tripod
from imgpipe.report.words.sentences import sentence

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison

_Items = tuple[tuple[str, Text, str | None], ...]
_LISTS: tuple[tuple[str, str, _Items], ...] = (
    (
        "TRIPOD+AI 2024",
        "Collins et al., BMJ 385:e078378 (2024), doi:10.1136/bmj-2023-078378",
        tripod.ITEMS,
    ),
    (
        "CLAIM 2024",
        "Tejani et al., Radiology: Artificial Intelligence 6(4):e240300 (2024), "
        "doi:10.1148/ryai.240300",
        claim.ITEMS,
    ),
)


def section(view: View) -> dict[str, Any]:
    """One folded table a guideline."""
    return {"lists": [_filled(*each, view.comparison) for each in _LISTS]}


def _filled(name: str, source: str, items: _Items, run: "Comparison") -> dict[str, Any]:
    answers = [_answer(key, run) for *_, key in items]
    rows = [
        {"number": number, "topic": topic, "answer": answer}
        for (number, topic, _), answer in zip(items, answers, strict=True)
    ]
    some = {
        _main(number)
        for (number, *_), answer in zip(items, answers, strict=True)
        if answer is not None
    }
    of = len({_main(number) for number, *_ in items})
    told = say("{n} of {of} items have something from this run", n=len(some), of=of)
    return {"name": name, "source": source, "rows": rows, "told": told}


def _answer(key: str | None, run: "Comparison") -> str | None:
    found = None if key is None else ANSWERS[key](run)
    return None if found is None else sentence(found)


def _main(number: str) -> str:
    """Number of the item that a part such as 12c is of."""
    return re.sub(r"\D", "", number)
