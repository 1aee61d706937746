"""How long the lab takes from the move of a slider to the picture."""
