"""Who may send, and how much."""

import socket
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
from listen_peers import SUCCESS, connected, image, kept_at, send, wait_for

from imgpipe._common import InputError
from imgpipe.serve.listening import Listener

Listen = Callable[..., Listener]


def test_only_those_named_may_send(listen: Listen) -> None:
    """Another calling AE title is rejected, and told of."""
    told: list[dict] = []
    listener = listen(calling=("PACS", "CT1"), tell=told.append)
    with connected(listener.port, "STRANGER") as association:
        assert association.is_rejected
    assert send(listener.port, image(0), title="CT1")[0].Status == SUCCESS
    assert told[0] == {"event": "rejected", "sender": "STRANGER"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_a_public_address_needs_names(levels: Path, tmp_path: Path, host: str) -> None:
    """Where other machines can send, it is said who may."""
    with pytest.raises(InputError, match="--calling"):
        Listener(levels, tmp_path / "in", host=host)
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("title", ["", " ", "A\\B", "A" * 17, "TITLÉ", "A\n"])
def test_an_ae_title_is_one_of_dicom(levels: Path, tmp_path: Path, title: str) -> None:
    """Own and calling titles are refused before anything listens."""
    for how in ({"ae_title": title}, {"calling": (title,)}):
        with pytest.raises(InputError, match="AE title"):
            Listener(levels, tmp_path / "in", **how)


def test_a_folder_and_a_port_have_one_listener(listen: Listen) -> None:
    """A second one is refused, and the first goes on."""
    first = listen()
    with pytest.raises(InputError, match="another listener"):
        listen()
    with pytest.raises(InputError, match="in use"):
        listen("other", port=first.port)
    assert send(first.port, image(0))[0].Status == SUCCESS
    listen("other")  # what could not listen has let the folder go


def test_beyond_the_bound_a_sender_is_rejected(listen: Listen) -> None:
    """The one that is there goes on."""
    listener = listen(max_associations=1)
    with connected(listener.port) as first:
        with connected(listener.port) as second:
            assert second.is_rejected
        assert first.send_c_store(image(0)).Status == SUCCESS


def test_an_image_that_is_too_large_is_not_kept(listen: Listen, tmp_path: Path) -> None:
    """It is refused, or cut off while it comes; the next one is taken."""
    listener = listen(max_bytes=100_000)
    large = image(1, pixels=np.zeros((1000, 1000), np.uint8))
    with connected(listener.port) as association, suppress(RuntimeError):  # where it is gone
        assert association.send_c_store(large).get("Status") != SUCCESS
    wait_for(lambda: listener.counts["oversized"] + listener.counts["refused"])
    assert not kept_at(tmp_path / "in", large).exists()
    assert send(listener.port, image(0))[0].Status == SUCCESS


def test_a_message_that_claims_to_be_huge_is_cut_off(listen: Listen) -> None:
    """Memory is not filled by a header that declares 4 GB."""
    listener = listen()
    with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as sender:
        sender.sendall(struct.pack(">BBI", 1, 0, 0xFFFFFFF0) + bytes(64))
        assert sender.recv(100) == b""
    assert listener.counts["oversized"] == 1
    assert send(listener.port, image(0))[0].Status == SUCCESS


def test_noise_is_no_end(listen: Listen) -> None:
    """Bytes that are no DICOM leave the listener as it was."""
    listener = listen()
    for noise in (b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)), b"\x04\0\0\0\0\x06" + b"\xff" * 6):
        with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as sender:
            sender.sendall(noise)
    assert send(listener.port, image(0))[0].Status == SUCCESS


def test_who_stays_silent_holds_up_no_end(listen: Listen) -> None:
    """Connections without a word are bounded in number; half a PDU does not keep it from ending."""
    listener = listen("other", max_associations=1)
    with ExitStack() as open_ones, connected(listener.port) as association:
        association.dul.socket.socket.sendall(struct.pack(">BBI", 4, 0, 60_000) + bytes(99))
        for _ in range(40):
            sender = socket.create_connection(("127.0.0.1", listener.port), timeout=10)
            open_ones.enter_context(sender)
        assert sender.recv(1) == b""
        start = time.monotonic()
        listener.stop()
        assert time.monotonic() - start < 8
