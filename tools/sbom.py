"""Print the bill of materials of svs as CycloneDX JSON: python tools/sbom.py > sbom.json.

These are the packages that it needs at run time, with the extras `model` and `notify`, as they are installed
here. The same packages give the same bytes.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
EXTRAS = ("model", "notify")


@dataclass
class Package:
    """An installed package that svs needs."""

    installed: Distribution
    extras: set[str] = field(default_factory=set)
    """The extras with which it is needed."""

    @property
    def url(self) -> str:
        """Return its name and version as a package URL."""
        return f"pkg:pypi/{_plain(self.installed.name)}@{self.installed.version}"

    def needs(self) -> Iterator[Requirement]:
        """Yield what it needs itself on this system."""
        return _applying(self.installed.requires or (), self.extras)


def project() -> dict[str, Any]:
    """Return what pyproject.toml says of svs."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def declared() -> list[str]:
    """Return what svs says that it needs at run time."""
    extras = project()["optional-dependencies"]
    return [*project()["dependencies"], *(line for extra in EXTRAS for line in extras[extra])]


def resolved() -> dict[str, Package]:
    """Return all packages that are needed, by name: those that are declared, and whatever these need."""
    found: dict[str, Package] = {}
    waiting = list(_applying(declared()))
    while waiting:
        wish = waiting.pop()
        name = _plain(wish.name)
        if name not in found or wish.extras - found[name].extras:
            package = found.setdefault(name, Package(distribution(name)))
            package.extras |= wish.extras
            waiting += package.needs()
    return dict(sorted(found.items()))


def sbom() -> dict[str, Any]:
    """Return the bill of materials."""
    packages = resolved()
    svs = {"type": "application", "name": "svs", "version": project()["version"], "bom-ref": "svs"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": svs},
        "components": [_component(name, package) for name, package in packages.items()],
        "dependencies": [
            {"ref": "svs", "dependsOn": _urls(packages, _applying(declared()))},
            *({"ref": part.url, "dependsOn": _urls(packages, part.needs())} for part in packages.values()),
        ],
    }


def _plain(name: str) -> str:
    """Return a package's normalized name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _applying(lines: Iterable[str], extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """Yield the requirements that apply on this system, with these extras."""
    for wish in map(Requirement, lines):
        if not wish.marker or any(wish.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield wish


def _component(name: str, package: Package) -> dict[str, Any]:
    says = package.installed.metadata
    named = [line.rpartition(" :: ")[2] for line in says.get_all("Classifier") or () if "License :: " in line]
    licences: list[dict[str, Any]] = [{"license": {"name": text}} for text in named]
    if expression := says["License-Expression"]:
        licences = [{"expression": expression}]
    identity = {"bom-ref": package.url, "purl": package.url, "licenses": licences}
    return {"type": "library", "name": name, "version": package.installed.version, **identity}


def _urls(packages: dict[str, Package], wishes: Iterable[Requirement]) -> list[str]:
    return sorted({packages[_plain(wish.name)].url for wish in wishes})


if __name__ == "__main__":
    print(json.dumps(sbom(), indent=2))
