"""The connection to the scheduler of a Dask cluster: encrypted, unless it stays on this machine."""

import ipaddress
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from svs.errors import MissingError, SvsError, UsageError
from svs.system.paths import PYTHON

if TYPE_CHECKING:
    from distributed import Client

_TIMEOUT = 30.0  # seconds for an answer


@dataclass(frozen=True, slots=True)
class Address:
    """A scheduler, and the files with which this side of a connection proves who it is."""

    url: str
    ca: str = ""
    cert: str = ""
    key: str = ""

    def check(self) -> None:
        """Raise UsageError for connections that others could read or use."""
        parts = urlsplit(self.url if "://" in self.url else f"tcp://{self.url}")
        if parts.scheme not in ("tcp", "tls") or not parts.hostname:
            raise UsageError(
                f"{self.url} is not the address of a Dask scheduler", "Write tls://HOST:8786, for example."
            )
        if parts.scheme == "tls" and not (self.ca and self.cert and self.key):
            raise UsageError(
                "a tls:// address needs certificates", "Give --cluster-ca, --cluster-cert and --cluster-key."
            )
        if parts.scheme == "tcp" and not _is_loopback(parts.hostname):
            raise UsageError(
                f"the connection to {self.url} is not encrypted, and whoever reaches it could run programs",
                "Use tls://, with --cluster-ca, --cluster-cert and --cluster-key: see docs/cluster.md.",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def connected(address: Address) -> Iterator["Client"]:
    """Yield a connection. Raises UsageError, MissingError, or SvsError if nothing answers."""
    address.check()
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError:
        raise MissingError(
            "--cluster needs the package distributed",
            f"Run `{PYTHON} -m pip install distributed` (with pipx: `pipx inject svs distributed`).",
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    security = Security(
        tls_ca_file=address.ca,
        tls_client_cert=address.cert,
        tls_client_key=address.key,
        require_encryption=address.url.startswith("tls:"),
    )
    try:
        with warnings.catch_warnings(action="ignore"):
            client = Client(address.url, security=security, set_as_default=False, timeout=_TIMEOUT)
    except (OSError, TypeError, ValueError) as error:
        raise SvsError(
            f"cannot reach the scheduler at {address.url}: {error}",
            "Check that it runs, the address and the certificates: see docs/cluster.md.",
        ) from error
    try:
        yield client
    finally:
        with suppress(Exception):  # the scheduler may be gone
            client.close(timeout=2)
