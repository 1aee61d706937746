"""Statistics of values without regard to where they lie."""
