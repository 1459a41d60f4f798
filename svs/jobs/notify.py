"""Telling other places that a job has ended, through Apprise. Addresses hold secrets: no text repeats one."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from svs.errors import MissingError, UsageError

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

BELL = "bell"
"""An address that needs no library: the terminal itself."""
_PAUSES = (0.0, 0.5, 2.0)  # seconds before each attempt
_LIMIT = 15.0  # seconds for all of it: a server that hangs keeps nobody longer
_TWINS = str.maketrans("@[]<>", "\uff20\uff3b\uff3d\uff1c\uff1e")
"""Services take these for mentions and links, and have no common escape for them: wide twins stand in."""
_TELLING = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
"""Kinds of addresses whose host is a host; elsewhere it may be a token."""


def masked(address: str) -> str:
    """Return what may be shown of an address: its kind alone."""
    kind, found, _ = address.partition("://")
    return f"{kind}://***" if found and kind.isalnum() else BELL if address == BELL else "***"


class Notifier:
    """Sends one message to several addresses."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Understand the addresses; nothing is sent. Raises MissingError without Apprise, and UsageError."""
        self._addresses = list(dict.fromkeys(addresses))
        for address in self._addresses:
            _understood(address)

    def send(self, title: str, body: str) -> list[str]:
        """Send it to all, and return the names of those that did not take it; takes at most 15 seconds.

        A process of its own does that, which can be ended whatever a service's code waits for. It gets the
        addresses through a pipe: among its arguments others could read them.
        """
        message = json.dumps([self._addresses, _plain(title), _plain(body)]).encode()
        with subprocess.Popen(
            [sys.executable, "-P", "-c", "from svs.jobs.notify import deliver; deliver()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library says of a failure may hold the address
            start_new_session=True,
        ) as process:
            try:
                told, _ = process.communicate(message, _LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                told, _ = process.communicate()
            finally:
                process.kill()
        delivered = set(map(int, told.split()))
        return [_name(one) for number, one in enumerate(self._addresses) if number not in delivered]


def deliver() -> None:
    """Send what stdin holds; print the number of each address that took it. Runs in a process of its own."""
    addresses, title, body = json.loads(sys.stdin.buffer.read())

    def work(number: int, address: str) -> None:
        if _delivered(_understood(address), title, body):
            os.write(1, f"{number}\n".encode())

    threads = [Thread(target=work, args=item) for item in enumerate(addresses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _plain(text: str) -> str:
    """Return a text that calls nobody and links to nothing in Discord, Mattermost, ntfy and their like."""
    return text.translate(_TWINS).replace("//", "/\uff0f")


def _name(address: str) -> str:
    """Return what to call an address in a warning: its kind, and its host where that is no secret."""
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}" if parts.scheme in _TELLING else masked(address)
    except ValueError:
        return masked(address)


def _understood(address: str) -> "NotifyBase":
    try:
        from apprise import Apprise
    except ImportError:
        raise MissingError(
            "notifications need the package apprise", "Run `python3 -m pip install apprise`."
        ) from None
    logging.getLogger("apprise").disabled = True
    place = Apprise.instantiate(address, asset=_asset())
    if place is None:
        raise UsageError(
            f"a notification address is not understood: {masked(address)}",
            "Its form is in Apprise's list of services; or write `bell`.",
        )
    return place


def _asset() -> "AppriseAsset":
    """Return what Apprise says of who is sending; no pictures, which receivers would fetch from elsewhere."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="svs", app_desc="Secure Video Summarizer", app_url="", image_url_mask="", image_path_mask=""
    )


def _delivered(place: "NotifyBase", title: str, body: str) -> bool:
    from apprise import Apprise, NotifyFormat

    sender = Apprise(place, asset=_asset())
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            if sender.notify(body=body, title=title, body_format=NotifyFormat.TEXT):
                return True
        except Exception:  # noqa: BLE001, S110 - whatever a service's code stumbles over, it is a failure
            pass
    return False
