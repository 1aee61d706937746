"""The file of a bundle: a zip of known members, each checked before it is used. Light to import."""
