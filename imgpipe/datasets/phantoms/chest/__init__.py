"""Parts of a synthetic chest: its anatomy in mm, and what a scanner makes of it."""
