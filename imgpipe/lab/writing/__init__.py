"""A chain of steps as Python code and as commands, which give what the lab shows."""

from imgpipe.lab.writing.commands import commands_of
from imgpipe.lab.writing.python import Source, python_of

__all__ = ["Source", "commands_of", "python_of"]
