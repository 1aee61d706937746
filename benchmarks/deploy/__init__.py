"""A trained model as a file: what a first prediction, further ones and an installation cost."""
