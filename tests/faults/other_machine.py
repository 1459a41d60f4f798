"""Run svs as on another machine, from which no locks are seen: `other_machine.py NAME EXPIRED ARGUMENT...`.

EXPIRED is the seconds after which a process on another machine is taken for dead.
"""

import sys

from svs.cli import app
from svs.store import lease
from svs.system import locks


def main():
    """Be svs there."""
    name, expired = sys.argv[1:3]
    lease._machine = lambda: name
    lease._RENEWED, lease._LOOK, lease._EXPIRED = 0.2, 0.1, float(expired)
    locks._acquire = lambda handle: None
    locks._is_free = lambda handle: True
    sys.argv = ["svs", *sys.argv[3:]]
    app.main()


if __name__ == "__main__":
    main()
