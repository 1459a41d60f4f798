"""What the tests of faults share."""

import os
import subprocess

import pytest

_WITHOUT_POWERS = ("setpriv", "--inh-caps", "-all", "--bounding-set", "-all")
"""Linux: root, but with the rights of any user who owns the same files."""


@pytest.fixture(scope="session")
def bound(svs_command):
    """Run svs, or another command, such that the permissions of files bind it."""
    prefix = _WITHOUT_POWERS if os.name == "posix" and os.geteuid() == 0 else ()

    def run(*arguments, command=(svs_command,), **options):
        return subprocess.run(
            [*prefix, *command, *map(os.fspath, arguments)],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            **options,
        )

    return run
