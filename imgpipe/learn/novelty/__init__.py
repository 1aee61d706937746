"""How far a new image lies from those of the training, by its features.

`distance` says it and needs no scikit-learn; `fitting` learns it; `held_out` finds the limit.
"""
