"""Work that is done once: what is asked for, the journal of it, and what came of it."""
