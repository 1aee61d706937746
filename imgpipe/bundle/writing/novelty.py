"""The novelty part of a model as a bundle keeps it."""

import numpy as np

from imgpipe.bundle.archive.manifest import NOVELTY_METHOD, NoveltyFacts
from imgpipe.bundle.inference.novelty import ARRAYS
from imgpipe.learn.novelty.distance import LEVEL, Novelty


def to_bundle(novelty: Novelty | None) -> tuple[NoveltyFacts | None, dict[str, np.ndarray]]:
    """Give facts for the manifest, and arrays."""
    if novelty is None:
        return None, {}
    facts = NoveltyFacts(
        NOVELTY_METHOD,
        100 * LEVEL,
        novelty.held_out,
        novelty.groups,
        novelty.marked,
        novelty.expected,
        novelty.limit,
        novelty.extraction,
    )
    arrays = {f"novelty.{name}": getattr(novelty, name) for name in ARRAYS}
    return facts, arrays | {"novelty.directions": novelty.directions.astype(np.float32)}
