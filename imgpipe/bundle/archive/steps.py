"""The steps before the classifier as JSON: registered kernels, and settings of the extraction."""

from collections.abc import Mapping, Sequence
from typing import Any


def to_settings(
    filters: Sequence[tuple[str, Mapping[str, Any]]], extraction: Any
) -> dict[str, Any]:
    """Write filters, by name and settings, and the extraction (None for a network)."""
    return {
        "filters": [{"name": name, "settings": dict(settings)} for name, settings in filters],
        "extraction": extraction,
    }


def from_settings(
    steps: Mapping[str, Any],
) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any] | None]:
    """Read what `to_settings` wrote; refuse what is not registered, or takes other settings."""
    filters = [(each["name"], dict(each["settings"])) for each in steps["filters"]]
    if filters:
        from imgpipe.kernels.choosing import check_settings, kernel_named, require_settings

        for name, settings in filters:
            kernel_named(name)
            check_settings(name, settings)
            require_settings(name, settings)
    return filters, steps["extraction"]
