"""Runs beside one another: who judged the same images, and what tests say of their models."""
