"""NaN, infinities and values near the limit of a dtype."""
