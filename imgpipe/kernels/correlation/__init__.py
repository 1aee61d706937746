"""Weights of any shape: tap by tap, or by transform."""
