"""Matrices of gray levels, and what is counted in them."""
