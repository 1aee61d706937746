"""What can be wrong with a data set, one check a file."""
