"""The data before any model: splits, duplicates, the data card."""
