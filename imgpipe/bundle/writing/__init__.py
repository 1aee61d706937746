"""From a fitted scikit-learn pipeline to a bundle, and the gate that it must pass."""
