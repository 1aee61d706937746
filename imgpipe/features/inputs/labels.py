"""What errors call an image, and which one they are about."""

from imgpipe._common import ImageError


class Label(str):
    """Path or "image i"; `position` is that in the collection that the caller passed."""

    position: int

    def __new__(cls, text: str, position: int = 0) -> "Label":
        label = super().__new__(cls, text)
        label.position = position
        return label


def image_error(reason: str, label: str, code: str | None = None) -> ImageError:
    """Say what is wrong with the image of a label; ``{image}`` stands for it in the reason."""
    error = ImageError(reason, label.position if isinstance(label, Label) else 0, name=label)
    error.code = code or error.code
    return error
