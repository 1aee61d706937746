"""What another package adds to imgpipe."""
