"""Medians: selection networks, histograms, bit by bit."""
