"""Addresses that the servers of a model and of the lab may listen on."""

import pytest

from imgpipe import InputError
from imgpipe.serve.app.access import reached_at
from imgpipe.serve.app.settings import Settings

TOKEN = "0123456789abcdef"


def test_names_of_this_machine_alone_are_answered_at_its_own_addresses() -> None:
    """Whether or not there is a token; each name once."""
    assert reached_at("127.0.0.1", Settings()).hosts == ("localhost", "127.0.0.1", "::1")
    assert reached_at("127.0.0.2", Settings(token=TOKEN)).hosts[-1] == "127.0.0.2"


def test_addresses_that_others_reach_need_a_token() -> None:
    """Without one nothing listens there; with one, what the request calls the host is free."""
    with pytest.raises(InputError, match=r"host 0\.0\.0\.0 is reached by other machines"):
        reached_at("0.0.0.0", Settings())
    with pytest.raises(InputError, match="host is empty"):
        reached_at("", Settings(token=TOKEN))
    settings = Settings(token=TOKEN)
    assert reached_at("0.0.0.0", settings) == settings
