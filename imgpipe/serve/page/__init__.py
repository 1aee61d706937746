"""The page of the server in the browser."""
