"""The catalogue of all features as a page: formulas, names elsewhere."""
