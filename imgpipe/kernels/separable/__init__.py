"""Weights that are a product of one vector per axis."""
