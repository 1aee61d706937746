"""The verb `serve` in this process, as far as it gets without a server."""

from click.testing import CliRunner

from imgpipe.cli import main


def refused(*args: object) -> str:
    """What the program says when it does not serve."""
    done = CliRunner().invoke(main, ["serve", *map(str, args)])
    assert done.exit_code == 2, done.output
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    return done.stderr
