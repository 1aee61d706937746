"""A case of bad input: what is given, and the words of the refusal or the right answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe._common import hidden_in

Given = Callable[[Path], Any]


@dataclass(frozen=True)
class Case:
    """A line of a table.

    Parameters
    ----------
    item : str
        Which kind of bad input it stands for, as `test_the_list` names them.
    given : callable
        Takes a folder to write in, makes the input and uses it.
    says : str
        What the `InputError` says, as a regular expression; blank where the input is right.
    gives : object
        The answer, where the input is right.
    error : type
        A TypeError for what is of the wrong kind altogether.
    """

    item: str
    given: Given
    says: str = ""
    gives: Any = None
    error: type[Exception] = InputError

    @property
    def name(self) -> str:
        """Give a name for the list of tests."""
        return f"{self.item}: {self.says}"[:60] if self.says else f"{self.item}: right"


def tried(case: Case, folder: Path) -> None:
    """Use the input; assert that it is refused in one clear line, or answered rightly."""
    if not case.says:
        np.testing.assert_array_equal(case.given(folder), case.gives)
        return
    with pytest.raises(case.error) as caught:
        case.given(folder)
    message = str(caught.value)
    assert re.search(case.says, message), message
    assert not hidden_in(message), repr(message)
    assert not re.search(r"Traceback|<\w+ object|\bNoneType\b|\bself\b", message), message
