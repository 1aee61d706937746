"""Two masks beside one another: how they are taken, their surfaces, and their objects."""
