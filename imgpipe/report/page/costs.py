"""What each model cost."""

from typing import Any

from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers


def section(view: View) -> dict[str, Any]:
    """A row a model, with the names of the columns."""
    keys = list(dict.fromkeys(key for m in view.ranked for key in m.cost))
    rows = [
        entry(m, view.looks, cells=[numbers.cost(key, m.cost.get(key))[1] for key in keys])
        for m in view.ranked
    ]
    return {"names": [numbers.cost(key, None)[0] for key in keys], "rows": rows}
