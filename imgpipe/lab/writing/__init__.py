"""A chain of steps as Python code, and as commands."""
