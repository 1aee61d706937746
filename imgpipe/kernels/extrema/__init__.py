"""Minima and maxima of boxes and footprints."""
