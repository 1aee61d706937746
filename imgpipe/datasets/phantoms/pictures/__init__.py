"""Pictures to try filters and segmentation on: cells, a test chart, stained tissue."""
