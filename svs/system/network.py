"""No network while summarizing: whoever in this process asks Python for one is refused."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_USES = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")

_hooked = False
_refusing = 0


class NetworkRefusedError(PermissionError):
    """Something wanted to reach a network while that is refused."""


@contextmanager
def refused() -> Iterator[None]:
    """Refuse, while this is entered, all sockets but those within this machine (of the family AF_UNIX).

    A hook of Python's audit system (PEP 578): it sees what Python's own modules do, not what a library of
    machine code does by itself.
    """
    global _hooked, _refusing  # noqa: PLW0603 - an audit hook belongs to the process, and stays
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
