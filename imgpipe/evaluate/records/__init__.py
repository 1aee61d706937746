"""What is kept of a comparison: protocol, summary, environment."""
