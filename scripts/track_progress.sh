#!/bin/sh
# Summarize a test video, and check and print its progress: three weighted stages, never falling, 100 at the end.
set -eu
cd "$(dirname "$0")/.."
lock=requirements.lock
. scripts/venv.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
svs make-test-video --duration "${1:-30}" "$folder/test.mp4" >/dev/null
SVS_HOME=$folder/home svs summarize --progress json "$folder/test.mp4" >/dev/null 2>"$folder/events.jsonl"
exec python tools/check_progress.py "$folder/events.jsonl"
