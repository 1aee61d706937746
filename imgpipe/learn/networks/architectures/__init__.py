"""The networks, one architecture a file. Listing them imports no torch: only `build` does."""
