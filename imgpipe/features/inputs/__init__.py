"""From what the caller passes to a prepared batch of images."""
