"""A pixel classifier as a file: settings as JSON, its trees as arrays. Light to import."""
