"""Moving averages over boxes."""
