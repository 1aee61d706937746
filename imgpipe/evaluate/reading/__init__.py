"""Run folders read back: results from JSON, predictions, pictures, and what was changed since."""
