"""A model's file as a list of facts, for a terminal and as Markdown."""

from pathlib import Path


class Listed:
    """What tells of a file by one sentence and a list of facts below it."""

    path: str

    @property
    def _lead(self) -> str:
        """The sentence, without a full stop."""
        raise NotImplementedError

    def _facts(self) -> list[tuple[str, str]]:
        """Name each fact, and say it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self._facts())
        lines = [f"  {name.ljust(width)}  {value}" for name, value in self._facts()]
        return "\n".join([f"{Path(self.path).name}: {self._lead}", *lines])

    def to_markdown(self) -> str:
        """Write a model card.

        Returns
        -------
        str
        """
        rows = [f"| {name} | {value} |" for name, value in self._facts()]
        return "\n".join(
            [f"# {Path(self.path).stem}", "", f"{self._lead[0].upper()}{self._lead[1:]}.", "",
             "| | |", "|---|---|", *rows, ""]
        )  # fmt: skip
