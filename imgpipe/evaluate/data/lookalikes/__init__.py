"""Images that are nearly the same: shifted, cropped, turned, mirrored, recompressed copies."""
