#!/bin/sh
# Choose the newest version of everything that svs needs, for all systems and Pythons, and write them down with their
# hashes. Needs uv (`pip install uv`). Read the difference before you commit it.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header "$@"; }
lock --upgrade --extra model --extra notify --output-file requirements.lock pyproject.toml
lock --upgrade --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
