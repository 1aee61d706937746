"""One prediction as a page, as Markdown or as JSON."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from imgpipe._common import InputError, atomic_path
from imgpipe.report.languages import speaking, spoken, tell
from imgpipe.report.patient import near, words
from imgpipe.report.patient.markdown import in_markdown
from imgpipe.report.patient.page import content_of, warnings_of
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.bundle import Explained


def write_prediction(
    explained: "Explained", path: str | os.PathLike[str], *, lang: str = "en"
) -> None:
    """Write what is known of one prediction, for a person or for a program.

    Parameters
    ----------
    explained : imgpipe.bundle.Explained
        What `imgpipe.bundle.explain` returned.
    path : path-like
        With the suffix ``.html`` (one file with its pictures, which loads nothing), ``.md`` or
        ``.json``; an existing file is replaced. It appears whole or not at all.
    lang : {"en", "zh"}
        Language of the sentences.

    Raises
    ------
    InputError
        For another suffix or language.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn, report
    >>> data = datasets.load("synthetic-nodules")
    >>> predictor = bundle.Predictor(learn.fit(data, "forest", families="intensity"))
    >>> told = bundle.explain(predictor, data.images[0])
    >>> with TemporaryDirectory() as folder:
    ...     report.write_prediction(told, Path(folder, "nodule.md"))
    ...     text = Path(folder, "nodule.md").read_text(encoding="utf-8")
    >>> text.splitlines()[0]
    '# malignant, ...'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise InputError(
            f"{path}: a page on a prediction needs the suffix {' or '.join(_WRITERS)}, found "
            f"{suffix or 'none'}"
        )
    with speaking(lang):
        text = _WRITERS[suffix](explained)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def _html(told: "Explained") -> str:
    return render_page("patient/patient.html", content_of(told))


def _json(told: "Explained") -> str:
    """Everything but the pictures, and what the page says of it."""
    said = [
        words.headline(told),
        *words.reliability(told),
        *near.nearest(told),
        *words.limits(told),
    ]
    content = {
        **told.to_dict(),
        "language": spoken().code,
        "warnings": [tell(text) for text in warnings_of(told)],
        "sentences": [tell(text) for text in said],
        "in_words": {
            one.feature: tell(words.in_words(one, told, list(told.probabilities)))
            for one in told.reasons
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


_WRITERS: dict[str, Callable[["Explained"], str]] = {
    ".html": _html,
    ".md": in_markdown,
    ".json": _json,
}
