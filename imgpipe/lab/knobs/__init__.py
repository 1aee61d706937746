"""What can be turned: steps and their settings, each with a range."""
