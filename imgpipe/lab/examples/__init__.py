"""Images to begin with, made here."""
