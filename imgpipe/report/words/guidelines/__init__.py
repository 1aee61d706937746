"""Reporting guidelines: their items, and what a run can say to each."""

from imgpipe.report.words.guidelines import of_data, of_models

ANSWERS = {**of_data.ANSWERS, **of_models.ANSWERS}
