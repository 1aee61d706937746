"""The one error for input that cannot be used."""


class InputError(ValueError):
    """Input that cannot be used; the message says what was found and what would do.

    The command line prints it as one line and exits with code 2.
    """
