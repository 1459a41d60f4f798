"""Notifications that a job has ended, through Apprise. Addresses contain secrets: none is ever printed."""

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
from svs.system.paths import PYTHON

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

BELL = "bell"
"""The address of the terminal's bell, which needs no library."""
_PAUSES = (0.0, 0.5, 2.0)  # seconds before each attempt
_TIMEOUT = 15.0  # seconds for all attempts, also when a server hangs
_FULL_WIDTH = str.maketrans("@[]<>", "\uff20\uff3b\uff3d\uff1c\uff1e")
"""Services read these as mentions and links, with no common escape: they become full-width characters."""
_HOST_IS_PUBLIC = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
"""Schemes whose host is a host name; in others it may be a token."""


def masked(address: str) -> str:
    """Return what may be shown of an address: only its scheme."""
    kind, found, _ = address.partition("://")
    return f"{kind}://***" if found and kind.isalnum() else BELL if address == BELL else "***"


class Notifier:
    """Sends one message to several addresses."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Check the addresses; nothing is sent. Raises MissingError without Apprise, and UsageError."""
        self._addresses = list(dict.fromkeys(addresses))
        for address in self._addresses:
            _parsed(address)

    def send(self, title: str, body: str) -> list[str]:
        """Send to all addresses, and return the names of those that failed; takes at most 15 seconds.

        This is done in a process of its own, which can be killed whatever a service's code waits for. It gets
        the addresses through a pipe, since other users could read them among its arguments.
        """
        message = json.dumps([self._addresses, _plain(title), _plain(body)]).encode()
        with subprocess.Popen(
            [sys.executable, "-P", "-c", "from svs.jobs.notify import deliver; deliver()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # error messages of libraries may contain the address
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(message, _TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
            finally:
                process.kill()
        delivered = set(map(int, output.split()))
        return [_name(address) for number, address in enumerate(self._addresses) if number not in delivered]


def deliver() -> None:
    """Send the message on stdin; print the number of each address that succeeded. Runs in its own process."""
    addresses, title, body = json.loads(sys.stdin.buffer.read())

    def work(number: int, address: str) -> None:
        if _delivered(_parsed(address), title, body):
            os.write(1, f"{number}\n".encode())

    threads = [Thread(target=work, args=item) for item in enumerate(addresses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _plain(text: str) -> str:
    """Return a text without mentions and links for Discord, Mattermost, ntfy and similar services."""
    return text.translate(_FULL_WIDTH).replace("//", "/\uff0f")


def _name(address: str) -> str:
    """Return the name of an address in a warning: its scheme, and its host if that is not secret."""
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}" if parts.scheme in _HOST_IS_PUBLIC else masked(address)
    except ValueError:
        return masked(address)


def _parsed(address: str) -> "NotifyBase":
    try:
        from apprise import Apprise
    except ImportError:
        raise MissingError(
            "notifications need the package apprise",
            f"Run `{PYTHON} -m pip install apprise` (with pipx: `pipx inject svs apprise`).",
        ) from None
    logging.getLogger("apprise").disabled = True
    service = Apprise.instantiate(address, asset=_asset())
    if service is None:
        raise UsageError(
            f"invalid notification URL: {masked(address)}",
            "See Apprise's list of services for the format, or use `bell`.",
        )
    return service


def _asset() -> "AppriseAsset":
    """Return how Apprise names the sender; without images, which receivers would fetch from the network."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="svs", app_desc="Secure Video Summarizer", app_url="", image_url_mask="", image_path_mask=""
    )


def _delivered(service: "NotifyBase", title: str, body: str) -> bool:
    from apprise import Apprise, NotifyFormat

    sender = Apprise(service, asset=_asset())
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            if sender.notify(body=body, title=title, body_format=NotifyFormat.TEXT):
                return True
        except Exception:  # noqa: BLE001, S110 - any error of a service's code is a failure
            pass
    return False
