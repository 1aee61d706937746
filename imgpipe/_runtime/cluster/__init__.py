"""A Dask cluster at work: the connection and what is checked of it, tasks, and lost workers."""
