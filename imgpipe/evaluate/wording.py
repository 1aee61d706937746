"""Counts in the words of warnings and errors."""


def count(n: int, one: str, many: str | None = None) -> str:
    """Join a count and its noun: 1 image, 2 images."""
    return f"{n} {one if n == 1 else many or one + 's'}"
