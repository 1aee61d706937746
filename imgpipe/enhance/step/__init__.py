"""What a step is, and what all of them do with an image."""
