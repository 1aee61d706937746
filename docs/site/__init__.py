"""The site of the documentation: which pages it has, and how it is built and checked."""
