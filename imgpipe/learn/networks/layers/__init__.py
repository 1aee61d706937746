"""What networks are made of: blocks, layers that torch does not have, where weights start."""
