"""Which pixels a window covers: sizes, borders, padded copies."""
