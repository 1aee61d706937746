"""Numbers and names as a reader wants them, and the sentences of the report."""
