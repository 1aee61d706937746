"""Values on another grid: splines for what was measured, nearest neighbours for labels."""
