"""What models say of the image, and where they looked: the lab's own, and those of files."""

from imgpipe.lab.models.answers import Answer
from imgpipe.lab.models.models import Models
from imgpipe.lab.models.recipe import Recipe

__all__ = ["Answer", "Models", "Recipe"]
