"""Scans with small lesions: tissue, what looks like a lesion, and lesions."""
