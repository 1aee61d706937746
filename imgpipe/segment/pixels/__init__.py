"""Pixel classification: filters at several scales, scribbles, a forest, blocks of large images."""
