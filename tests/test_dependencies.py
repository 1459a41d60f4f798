"""No package arrives unnoticed: svs needs what the lock files name, with hashes and without addresses."""

import json
import re
import subprocess
import sys

import pytest
import sbom
from packaging.requirements import Requirement

LOCKS = {name: (sbom.ROOT / name).read_text() for name in ("requirements.lock", "requirements-dev.lock")}


def locked(text):
    """Return the versions that a lock file has for this system."""
    wishes = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z].*", text, re.MULTILINE)]
    return {wish.name: str(wish.specifier) for wish in wishes if not wish.marker or wish.marker.evaluate()}


def test_what_svs_needs_at_run_time_is_what_the_lock_file_names():
    needed = {name: f"=={package.installed.version}" for name, package in sbom.resolved().items()}
    assert needed == locked(LOCKS["requirements.lock"])


def test_the_tests_run_with_what_users_get():
    assert locked(LOCKS["requirements.lock"]).items() <= locked(LOCKS["requirements-dev.lock"]).items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_by_version_and_hash_and_by_no_address(name):
    entries = re.split(r"\n(?=\S)", LOCKS[name].strip())
    for entry in entries:
        first, *hashes = entry.replace("\\\n", "").split("    --hash=")
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)? ", first), first
        assert hashes
        assert all(re.fullmatch("sha256:[0-9a-f]{64} ?", found) for found in hashes)


def test_a_command_makes_the_bill_of_materials():
    command = [sys.executable, sbom.__file__]
    made = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert made[0] == made[1]
    bill = json.loads(made[0])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [part["name"] for part in bill["components"]] == sorted(locked(LOCKS["requirements.lock"]))
    known = {part["bom-ref"] for part in bill["components"]}
    assert {name for entry in bill["dependencies"] for name in entry["dependsOn"]} == known
