"""Novelty detection for the out-of-distribution flag: how far features lie from the training's.

`distance` says it and needs no scikit-learn; `fitting` learns it; `held_out` finds the limit.
"""
