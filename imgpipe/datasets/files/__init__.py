"""Archives, folders and downloads that data sets are read from."""
