"""Tests of differences between models, one a file."""
