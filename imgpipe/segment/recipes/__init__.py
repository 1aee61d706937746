"""Recipes, one a file: segmenters that were put together for one kind of image."""
