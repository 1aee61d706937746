"""Models fitted and asked, fold by fold."""
