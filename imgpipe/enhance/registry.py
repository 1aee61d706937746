"""The steps by name."""

from collections.abc import Callable

from imgpipe.images import Image

Step = Callable[..., Image]

ENHANCEMENTS: dict[str, Step] = {}
"""``step(image, **settings) -> Image``; keyword-only settings, as a kernel has."""
