"""What the public matrices of all texture families share."""

from __future__ import annotations

from typing import Any

from imgpipe._common import InputError
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.prepare import prepare_one

Rows = tuple[tuple[str, str, str, str], ...]


def matrix_batch(
    kind: dict[int, tuple[str, ...]], image: Any, mask: Any, aggregation: Any, **settings: Any
) -> tuple[Batch, str]:
    """Prepare one image for `matrix`: a batch of one, and the one aggregation code asked for."""
    if not isinstance(aggregation, str) or aggregation == "all":
        raise InputError(f"matrix takes one aggregation, not {aggregation!r}")
    batch, plan = prepare_one(
        image, mask, families="ibsi", aggregation=aggregation, distance=1, spacing=None, **settings
    )
    [(code, _)] = plan.aggregations(kind)
    return batch, code
