"""What is measured while sliders move: histogram and texture."""
