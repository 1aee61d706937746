"""One prediction in words: sentences, charts, page."""
