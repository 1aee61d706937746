"""Dark parts of an image at many thresholds, and what each of them is like."""
