"""What the package says can be kept with a run, and read back from it."""

from test_languages import said

from imgpipe.evaluate.reading.wording import is_plain


def test_every_template_can_be_kept_with_a_run() -> None:
    """None does more than to put values into words, which is all that a run may ask for."""
    assert [template for template in said() if not is_plain(template)] == []


def test_a_template_that_does_more_is_seen() -> None:
    for template in ("{n:>999999999}", "{n.real}", "{n[0]}", "{n!r}", "{n:{width}}", "{"):
        assert not is_plain(template)
