"""A batch that was stopped and can go on: what tells of it, and where its rows are kept."""

from pathlib import Path


class StoppedBatch(KeyboardInterrupt):
    """An interrupt that lost no row: `kept` of `total` are in the file `path`, to go on from."""

    def __init__(self, kept: int, total: int, path: Path) -> None:
        super().__init__(
            f"interrupted; {kept} of {total} images are kept in {path}, and resume=True goes on "
            "from there"
        )
        self.kept, self.total, self.path = kept, total, path


def part_of(out: Path) -> Path:
    """Name the file beside a table that keeps its rows until it is whole."""
    return out.with_name(out.name + ".part")
