"""Two models beside one another: tests, verdicts, and how far chance moves a score."""
