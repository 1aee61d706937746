"""The routes of the server, and what bounds them."""
