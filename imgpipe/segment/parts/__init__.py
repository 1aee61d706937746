"""Connected parts of masks."""
