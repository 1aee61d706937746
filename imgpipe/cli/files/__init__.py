"""What verbs read and write: run folders, journals, columns, models."""
