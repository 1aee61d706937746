"""The members of a bundle beside its manifest, held against what this says of them."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from imgpipe._common import InputError, few
from imgpipe.bundle.archive.container import MANIFEST
from imgpipe.bundle.archive.manifest import Member, described
from imgpipe.bundle.archive.refusing import excerpt


class _Telling(Protocol):
    @property
    def members(self) -> Mapping[str, Member]: ...


_Manifest = TypeVar("_Manifest", bound=_Telling)


def take_manifest(members: dict[str, bytes], from_json: Callable[[bytes], _Manifest]) -> _Manifest:
    """Take the manifest out of the members, once the others are found to be those it tells of."""
    try:
        manifest = from_json(members.pop(MANIFEST))
    except InputError as error:
        raise type(error)(f"{MANIFEST} {error}") from None
    if set(manifest.members) != set(members):
        lacking = map(excerpt, sorted(set(manifest.members) ^ set(members)))
        raise InputError(f"{MANIFEST} and the zip do not both have {few([*lacking])}")
    for name, told in manifest.members.items():
        found = described(members[name])
        if (found.bytes, found.sha256) != (told.bytes, told.sha256):
            raise InputError(f"{name} is not the one that {MANIFEST} tells of")
    return manifest
