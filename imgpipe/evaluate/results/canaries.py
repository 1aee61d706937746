"""Rows of the leaderboard that should score nothing."""

from dataclasses import dataclass

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.results.scores import Interval

PREFIX = "canary: "  # of titles
SHUFFLED = say("shuffled labels")
SHIFT = say("test or training")


@dataclass(frozen=True)
class Canary:
    """What a simple classifier scores that sees nothing of the patient; `what` says what it sees.

    Of the canary that tells judged images from training, all metrics but the AUC are NaN.
    """

    name: str
    what: str
    metrics: dict[str, Interval]

    @property
    def title(self) -> Text:
        """Its name in tables and files, where no model can be called so."""
        return say("canary: {name}", name=self.name)
