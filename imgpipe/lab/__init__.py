"""A page to play on: filters, segmentation, numbers and models, at the move of a slider."""
