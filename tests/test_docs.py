"""The docs for maintainers name what there is."""

import re
import tomllib
from pathlib import Path

import pytest

import svs

ROOT = Path(__file__).parents[1]
DOCS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tools/README.md"),
    *("docs/architecture.md", "docs/usage.md", "docs/formats.md", "docs/measurements.md"),
    *("docs/privacy.md", "docs/licences.md", "docs/cluster.md"),
)


def test_every_module_is_in_the_table_of_the_architecture_once():
    modules = [file.relative_to(ROOT).as_posix() for file in (ROOT / "svs").rglob("*.py") if file.read_text()]
    text = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"^\| `(svs/\S+\.py)` \| .+ \|$", text, re.MULTILINE)
    assert sorted(named) == sorted(modules)


@pytest.mark.parametrize("name", DOCS)
def test_the_docs_name_and_link_files_that_are_there(name):
    text = (ROOT / name).read_text()
    named = re.findall(r"`((?:\.ci|docs|scripts|svs|tests|tools)/[\w./-]*)`", text)
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^):]*)\)", text)]
    files = [ROOT / path for path in named] + [(ROOT / name).parent / link for link in linked]
    assert [str(file) for file in files if not file.exists()] == []


def test_the_version_is_the_same_everywhere_and_has_its_changes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == svs.__version__
    assert f"\n## {svs.__version__}" in (ROOT / "CHANGELOG.md").read_text()
