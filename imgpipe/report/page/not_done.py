"""What a careful reader would miss."""

from typing import Any

from imgpipe.report.page.view import View
from imgpipe.report.words.sentences import not_done


def section(view: View) -> dict[str, Any] | None:
    """Sentences, one for each thing that was left undone."""
    told = not_done(view.comparison)
    return {"texts": told} if told else None
