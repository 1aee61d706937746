"""The page of the lab."""
