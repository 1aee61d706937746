"""Studies: which series a folder holds."""
