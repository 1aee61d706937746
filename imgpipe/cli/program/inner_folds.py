"""Where thresholds and sets of classes may be chosen, before anything is fitted."""

from collections.abc import Sequence
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import features, options


def check_choosing(ctx: click.Context, models: Sequence[str], dataset: Any, hold_out: Any) -> None:
    """Say that a validation part serves anyway, or that images are fitted on no inner folds."""
    asked = options.typed(ctx, "thresholds", "conformal")
    each_in_turn = hold_out is not None and "=" not in hold_out
    if dataset.split is not None and len(dataset.positions("val")) and not each_in_turn:
        idle = [option for option in asked if option == "--thresholds"]
        options.warn_idle(idle, "thresholds are chosen on the validation part, which is there")
    elif asked and all(map(features.takes_images, models)):
        raise InputError(
            f"{' and '.join(asked)}: a network is not fitted again on inner folds; give the data a "
            "validation part, or add a model on features"
        )
