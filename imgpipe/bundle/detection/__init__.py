"""A detector as a file: settings as JSON, its classifier as a graph or arrays."""
