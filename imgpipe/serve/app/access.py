"""Who may ask: the token, and for a server on this machine alone, pages of this machine."""

import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from imgpipe._common import InputError
from imgpipe.serve.app.refusals import Refused
from imgpipe.serve.app.settings import Settings

OPEN = frozenset({"/health"})
"""Routes that ask for no token."""
LOCAL = ("localhost", "127.0.0.1", "::1")


def reached_at(host: str, settings: Settings) -> Settings:
    """Answer this machine's names alone at an address of its own; ask for a token at others.

    Raises
    ------
    InputError
        If there is no address, or other machines reach it and there is no token.
    """
    if not host:
        raise InputError("host is empty; give an address, such as 127.0.0.1")
    if is_loopback(host):
        return replace(settings, hosts=tuple(dict.fromkeys((*LOCAL, host.lower()))))
    if settings.token is None:
        raise InputError(
            f"host {host} is reached by other machines: give a token (--token, or IMGPIPE_TOKEN), "
            "which openssl rand -hex 24 makes"
        )
    return settings


def check(path: str, headers: Mapping[str, str], settings: Settings) -> None:
    """Let a request in.

    Raises
    ------
    Refused
        With status 400 for the name of another host, 401 without the token, 403 from a page of
        another site.
    """
    if settings.hosts is not None and _name(headers.get("host", "")) not in settings.hosts:
        raise Refused(
            400,
            "the header Host names another machine; this server answers to "
            f"{', '.join(settings.hosts)}",
        )
    _check_origin(headers)
    if settings.token is not None and path not in OPEN:
        _check_token(headers.get("authorization", ""), settings.token)


def _check_origin(headers: Mapping[str, str]) -> None:
    """Refuse pages of other sites, which a browser lets send what they cannot read."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise Refused(
            403, "a page of another site asked; requests come from programs or the page /"
        )


def _check_token(given: str, token: str) -> None:
    kind, _, value = given.partition(" ")
    if kind.lower() == "basic":  # what a browser asks its user for
        try:
            decoded = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            decoded = ""
        value = decoded.partition(":")[2]
    elif kind.lower() != "bearer":
        value = ""
    if not hmac.compare_digest(value.strip().encode(), token.encode()):
        told = "the token is missing or wrong; send the header Authorization: Bearer TOKEN"
        raise Refused(401, told, {"WWW-Authenticate": 'Basic realm="imgpipe, token as password"'})


def _name(host: str) -> str:
    """Name in the header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address.

    Raises
    ------
    InputError
        If a name has no address.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"host {host!r} has no address: {error}") from None
    return all(ipaddress.ip_address(one[4][0]).is_loopback for one in found)
