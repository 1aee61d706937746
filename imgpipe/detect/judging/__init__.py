"""Judging a detector: boxes in tables, whose images they are, folds, pictures of errors."""
