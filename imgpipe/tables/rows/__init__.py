"""How rows come about: images measured, rows kept, and what the source says beside them."""
