"""An extraction of many images: chunks, workers, tables."""
