"""Surfaces, axes and autocorrelation of a mask."""
