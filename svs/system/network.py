"""No network while summarizing: Python refuses network sockets in this process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_USES = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")

_hooked = False
_refusing = 0


class NetworkRefusedError(PermissionError):
    """Something tried to use the network while that is refused."""


@contextmanager
def refused() -> Iterator[None]:
    """Refuse all sockets inside this context, except local ones (of the family AF_UNIX).

    A hook of Python's audit system (PEP 578): it sees what Python's own modules do, not what native libraries
    do by themselves.
    """
    global _hooked, _refusing  # noqa: PLW0603 - an audit hook applies to the process, and cannot be removed
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    _refusing += 1
    try:
        yield
    finally:
        _refusing -= 1


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _refusing or not event.startswith("socket."):
        return
    if event == "socket.__new__":
        family = arguments[1]
    elif event in _USES:
        family = getattr(arguments[0], "family", None)
    elif event in _LOOKUPS:
        family = None
    else:
        return
    import socket

    if family != getattr(socket, "AF_UNIX", None) or family is None:
        raise NetworkRefusedError(f"no network while summarizing: {event} was refused")
