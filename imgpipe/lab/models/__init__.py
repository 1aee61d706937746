"""Trained models that look at the image beside one another."""
