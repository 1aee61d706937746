"""What errors call an image, and which one they are about."""

from imgpipe._common import InputError


class Label(str):
    """Path or "image i"; `position` is that in the collection that the caller passed."""

    position: int

    def __new__(cls, text: str, position: int = 0) -> "Label":
        label = super().__new__(cls, text)
        label.position = position
        return label


class ImageError(InputError):
    """An image that cannot be used; `index` is its position in the collection, 0 for one image."""

    def __init__(self, message: str, label: str = "") -> None:
        super().__init__(message)
        self.index = label.position if isinstance(label, Label) else 0
