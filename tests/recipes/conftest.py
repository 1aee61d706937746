"""The package from outside is built and installed by its test, never imported from here."""

collect_ignore = ["third_party"]
