"""Otsu's thresholds: histograms of whole numbers, and the best places to divide them."""
