"""The verb `serve` in this process, as far as it gets without a server."""

from click.testing import CliRunner

from imgpipe.cli import main


def refused(*args: object) -> str:
    """What the program says when it does not serve."""
    done = CliRunner().invoke(main, ["serve", *map(str, args)])
    assert done.exit_code == 2, done.output
    # a machine that is busy is told that it takes its time
    told = [line for line in done.stderr.splitlines() if "starting: " not in line]
    assert len(told) == 1, done.stderr
    assert done.stdout == ""
    return told[0]
