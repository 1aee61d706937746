"""Models in .joblib files, which hold any pipeline, and whose reading needs trust."""
