"""Routes, sessions and uploads of the lab."""
