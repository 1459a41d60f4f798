"""The dependency rule, and what start-up may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = (
    {
        "svs.errors",
        "svs.events",
        "svs.fields",
        "svs.paths",
        "svs.records",
        "svs.languages",
        "svs.network",
        "svs",
    },
    {"svs.times"},
    {"svs.model", "svs.files", "svs.locks"},
    {"svs.media", "svs.text", "svs.models"},
    {"svs.engines"},
    {"svs.stages", "svs.outputs", "svs.store", "svs.journal"},
    {"svs.timeleft", "svs.usage"},
    {"svs.stats"},
    {
        "svs.tracker",
        "svs.results",
        "svs.control",
        "svs.planning",
        "svs.background",
        "svs.following",
        "svs.watching",
    },
    {"svs.embed", "svs.search"},
    {"svs.notify"},
    {"svs.pipeline"},
    {"svs.ui"},
    {"svs.cli"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(ROOT.glob("svs/**/*.py"))
DOORS = {
    f"svs.{room}.{name}"
    for room, names in {
        "media": ("ffmpeg", "pcm", "allowed", "gate", "limits"),
        "media.sandbox": ("process", "launcher", "landlock", "seccomp"),
        "engines": ("coverage", "decoder", "doubt", "passage", "tokens"),
        "models": ("catalog", "weights", "strict", "contents", "carried"),
        "text": ("words", "plain", "ranking"),
    }.items()
    for name in names
}
"""What the rest of its own folder may import, beside the folder's `interface`."""


def _name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path):
    names = {_name(file) for file in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in names else node.module


def _room(module):
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_downwards(path):
    module = _name(path)
    for imported in _imports(path):
        root = imported.partition(".")[0]
        if root in ("typer", "rich", "textual"):
            assert _room(module) in ("svs.cli", "svs.ui"), f"{module} imports {imported}"
        if root != "svs" or imported == module:
            continue
        assert RANK[_room(imported)] <= RANK[_room(module)], (
            f"{module} imports {imported}, which lies above it"
        )
        if _room(imported) == _room(module) and module != _room(module):
            allowed = imported.endswith(".interface") or imported in DOORS or module == "svs.cli.app"
            assert allowed or _room(module) in ("svs.cli", "svs.ui"), (
                f"{module} imports its sibling {imported}"
            )


def test_everything_that_touches_a_recording_starts_in_the_sandbox():
    starters = {
        _name(path) for path in (ROOT / "svs/media").rglob("*.py") if "subprocess" in set(_imports(path))
    }
    assert starters == {"svs.media.sandbox.process"}


def test_starting_up_loads_nothing_heavy():
    heavy = (
        "faster_whisper",
        "ctranslate2",
        "onnxruntime",
        "sumy",
        "nltk",
        "numpy",
        "av",
        "textual",
        "apprise",
    )
    code = f"import sys, svs.cli.app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
