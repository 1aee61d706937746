"""The association side: who may send, how much, and what is answered."""

import errno
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgpipe._common import InputError
from imgpipe.serve.store.contexts import supported
from imgpipe.serve.store.inbox import Inbox
from imgpipe.serve.store.instance import NOT_UNDERSTOOD, OUT_OF_RESOURCES, Refused, identify, is_uid

MAX_PDU = 1 << 17  # bytes; the 16 KiB that are usual make eight times as many reads of an image
_ROOM = 1 << 16  # what an association request may need beyond a PDU of data
_SPARE = 20  # connections beyond the associations, of who is about to be told that all are taken
_SILENCE = 10  # seconds for a connection to say what it wants; each takes the place of a sender
_STALLED = 60  # seconds within a PDU

Tell = Callable[..., None]


@dataclass(frozen=True)
class Address:
    """Where it listens, and whom it lets in.

    Parameters
    ----------
    host : str
        Address or name; loopback, or `calling` must name who may send.
    port : int
        0 lets the system choose.
    ae_title : str
        Own AE title.
    calling : sequence of str
        AE titles that may send; all where empty.
    """

    host: str = "127.0.0.1"
    port: int = 11112
    ae_title: str = "IMGPIPE"
    calling: Sequence[str] = ()

    def check(self) -> None:
        """Refuse what DICOM does not take, and a public address that lets anybody in."""
        for title in (self.ae_title, *self.calling):
            if not _is_ae_title(title):
                raise InputError(
                    f"{title!r} is no AE title: give 1 to 16 letters, digits or signs, without a "
                    "backslash"
                )
        if not self.calling and not _is_loopback(self.host):
            raise InputError(
                f"{self.host} can be reached from other machines, and DICOM asks for no password: "
                "name who may send with --calling AE,AE, or listen on 127.0.0.1"
            )


def _is_ae_title(title: str) -> bool:
    return (
        0 < len(title) <= 16 and title == title.strip() and title.isascii() and title.isprintable()
    ) and "\\" not in title


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Receiving:
    """Answers C-ECHO and C-STORE; an image is answered for once it is on the disk."""

    def __init__(
        self,
        inbox: Inbox,
        kept: Callable[[Path], None],
        tell: Tell,
        address: Address,
        max_associations: int,
        max_bytes: int,
    ) -> None:
        self._inbox, self._kept, self._tell = inbox, kept, tell
        self._address, self._max_bytes = address, max_bytes
        self._max_associations = max_associations
        self._server: Any = None
        self._entity: Any = None

    def start(self) -> int:
        """Listen; give the port."""
        from pynetdicom import AE, _config, evt

        _config.LOG_HANDLER_LEVEL = "none"  # lines about every message, which nobody reads here
        entity = AE(ae_title=self._address.ae_title)
        entity.supported_contexts = supported()
        entity.maximum_pdu_size = MAX_PDU
        entity.maximum_associations = self._max_associations
        entity.acse_timeout, entity.network_timeout = _SILENCE, _STALLED
        entity.require_calling_aet = list(self._address.calling)
        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, self._bound),
            (evt.EVT_C_STORE, self._store),
            (evt.EVT_REJECTED, self._rejected),
        ]
        host, port = self._address.host, self._address.port
        try:
            self._server = entity.start_server((host, port), block=False, evt_handlers=handlers)
        except (OSError, OverflowError, ValueError) as error:
            raise InputError(_why_not(error, host, port)) from None
        self._entity = entity
        self._server.verify_request = lambda *_: self.associations < self._max_associations + _SPARE
        return int(self._server.socket.getsockname()[1])

    @property
    def associations(self) -> int:
        """How many senders are connected."""
        return 0 if self._entity is None else len(self._entity.active_associations)

    def stop(self) -> None:
        """Let nobody in, and let go who is in; what is not answered was not kept."""
        entity, self._entity = self._entity, None
        if entity is None:
            return
        self._server.shutdown()
        for association in entity.active_associations:
            if not association.is_established:
                _let_go(association)
        entity.shutdown()

    def _store(self, event: Any) -> Any:
        """Keep an image, then answer."""
        sender = _title_of(event.assoc)
        announced = str(event.request.AffectedSOPInstanceUID or "")
        try:
            content = event.encoded_dataset()
            if len(content) > self._max_bytes:
                raise Refused(OUT_OF_RESOURCES, "it is larger than is taken here")
            instance = identify(content, str(event.request.AffectedSOPClassUID), announced)
            path, new = self._inbox.keep(instance, content)
        except Refused as refused:
            return self._refuse(sender, announced, refused.status, refused.why)
        except OSError as error:
            why = error.strerror or str(error)
            return self._refuse(sender, announced, OUT_OF_RESOURCES, f"cannot be kept: {why}")
        except Exception as error:
            why = f"{type(error).__name__} (a bug in imgpipe)"
            return self._refuse(sender, announced, NOT_UNDERSTOOD, why)
        self._tell("stored" if new else "repeated", path, sender=sender)
        if new:
            self._kept(path)
        return 0x0000

    def _refuse(self, sender: str, announced: str, status: int, why: str) -> Any:
        from pydicom import Dataset

        uid = announced if is_uid(announced) else "no UID"
        self._tell("refused", None, sender=sender, uid=uid, status=f"0x{status:04X}", why=why)
        answer = Dataset()
        answer.Status, answer.ErrorComment = status, why[:64]
        return answer

    def _rejected(self, event: Any) -> None:
        self._tell("rejected", None, sender=_title_of(event.assoc))

    def _bound(self, event: Any) -> None:
        """Let no sender fill the memory: neither by one PDU, nor by an image without an end."""
        dimse, socket = event.assoc.dimse, event.assoc.dul.socket
        usual = socket.recv
        close_for_good(socket)
        socket.socket.settimeout(_STALLED)  # half a PDU would hold up the end, too

        def recv(size: int) -> Any:
            message = dimse.message
            came = 0 if message is None else _size(message)
            # who sends on without an answer would fill the queue
            unasked = dimse.msg_queue.qsize() > 1
            if size > MAX_PDU + _ROOM or came > self._max_bytes or unasked:
                self._tell("oversized", None, sender=_title_of(event.assoc))
                socket.close()
                raise ConnectionAbortedError(errno.ECONNABORTED, "larger than is taken here")
            return usual(size)

        socket.recv = recv


def close_for_good(association_socket: Any) -> None:
    """Let the socket of an association be closed even where its peer has left before.

    pynetdicom 3.0 leaves it open then, until it is collected as garbage.
    """
    usual, own = association_socket._shutdown_socket, association_socket.socket

    def shut_down() -> None:
        usual()
        own.close()

    association_socket._shutdown_socket = shut_down  # what all ways to close it go through


def _let_go(association: Any) -> None:
    """End a connection that has not said what it wants; there is nothing to abort yet."""
    association._sent_abort = True
    association.dul.socket.close()
    association.dul.to_user_queue.put(None)  # it waits there for a request


def _size(message: Any) -> int:
    """Bytes of a message that have come so far."""
    data = 0 if message.data_set is None else message.data_set.tell()
    return int(data + message.encoded_command_set.tell())


def _title_of(association: Any) -> str:
    """Name the sender by its AE title, as far as it can be shown."""
    title = str(association.requestor.ae_title or "").strip()
    return title if _is_ae_title(title) else "unknown"


def _why_not(error: Exception, host: str, port: int) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; give --port another number, or 0 for a free one"
    if getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; give --host one that is, or 127.0.0.1"
    if getattr(error, "errno", None) == errno.EACCES:
        return f"port {port} needs rights that this user has not; give --port one above 1023"
    return f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}"
