"""Files of volumes, written."""
