"""Tasks that came back without a result, because what computed them is gone."""

from dataclasses import dataclass

from imgpipe._common import InputError
from imgpipe._runtime.resumable import LOST


@dataclass(frozen=True)
class Lost:
    """In place of a result: why there is none.

    Parameters
    ----------
    reason : str
    again : bool
        Whether less at a time may do.
    tasks : int
        How many were sent together.
    """

    reason: str
    again: bool
    tasks: int = 1


class LostTask(InputError):
    """A task whose workers died, or that has no workers any more."""

    code = LOST
