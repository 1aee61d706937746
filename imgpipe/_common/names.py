"""What is said of a name that nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches

from imgpipe._common.errors import InputError


def unknown_name(kind: str, name: object, known: Iterable[str]) -> InputError:
    """Make the error that lists the known names and says which one may have been meant.

    Parameters
    ----------
    kind : str
        What the name should be of, such as ``"kernel"``.
    name : object
        What was given.
    known : iterable of str
        The names there are.

    Returns
    -------
    InputError

    Examples
    --------
    >>> print(unknown_name("kernel", "medain", ["mean", "median"]))
    no kernel is named 'medain'; choose from mean, median (did you mean median?)
    """
    names = list(known)
    return InputError(
        f"no {kind} is named {name!r}; choose from {', '.join(names)}{did_you_mean(name, names)}"
    )


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Give the name most like the one given, in brackets and as a question; blank without one."""
    by_spelling = {each.casefold(): each for each in known}
    close = get_close_matches(str(name).casefold(), list(by_spelling), n=1)
    return f" (did you mean {by_spelling[close[0]]}?)" if close else ""
