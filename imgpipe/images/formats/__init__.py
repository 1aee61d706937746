"""One decoder for each kind of file, and what decoders share."""
