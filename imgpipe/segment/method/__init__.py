"""What a segmenter and a recipe are, and what all of them do with an image."""
