"""Masks of two sources: which belong together, on one grid, and how near they are."""
