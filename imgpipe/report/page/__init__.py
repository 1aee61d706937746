"""Sections of the page, each a dictionary of texts and charts for the template."""
