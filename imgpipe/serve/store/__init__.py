"""What comes by C-STORE, and what is written beside it."""
