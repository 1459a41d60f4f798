"""The import rule, and what start-up may load."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted(ROOT.glob("svs/**/*.py"))


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


def test_imports_point_downwards_and_never_in_a_circle():
    """The contracts are in pyproject.toml."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_that_touches_a_recording_starts_in_the_sandbox():
    starters = {
        _name(path) for path in (ROOT / "svs/media").rglob("*.py") if "subprocess" in set(_imports(path))
    }
    assert starters == {"svs.media.sandbox.process"}


HEAVY = {"faster_whisper", "ctranslate2", "onnxruntime", "sumy", "nltk", "numpy", "av", "textual", "apprise"}


def _loaded(modules):
    """Return the packages that importing these modules loads."""
    code = f"import sys, {', '.join(modules)}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_starting_up_loads_only_what_the_help_needs():
    assert not _loaded(["svs.cli.app"]) & (HEAVY | {"rich", "msgspec", "psutil"})


def test_the_commands_load_nothing_heavy_before_they_run():
    assert not _loaded([name for name in map(_name, MODULES) if name.startswith("svs.cli.")]) & HEAVY
