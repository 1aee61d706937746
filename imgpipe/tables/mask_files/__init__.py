"""Masks that are found, as files: their names, pictures of them, and the table beside."""
