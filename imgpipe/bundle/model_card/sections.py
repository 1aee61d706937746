"""The sections of a card, in the order of model cards (Mitchell et al., 2019)."""

from typing import TYPE_CHECKING

from imgpipe.bundle.model_card import about, data, evaluation, file, limits
from imgpipe.bundle.model_card.blocks import Section

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected


def sections(found: "Inspected") -> list[Section]:
    """Give those that have something to say."""
    each = (
        about.details,
        about.intended_use,
        about.expected_input,
        data.training_data,
        evaluation.evaluation,
        limits.limits,
        limits.out_of_distribution,
        file.how_to_run,
        file.file,
        about.feature_names,
    )
    made = [make(found) for make in each]
    return [section for section in made if section.blocks]
