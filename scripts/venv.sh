# Sourced by the other scripts: makes the project's own virtual environment, once, and brings it up to date.
# Expects: lock, the file of the exact versions and hashes to install; the project's root as the current folder.
venv=${SVS_VENV:-.venv}
python=$(command -v python3 || command -v python) || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; this is $("$python" --version)." >&2
    exit 1
}
install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2; }
stamp=$venv/.installed-$lock
if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ "$lock" -nt "$stamp" ]; then
    echo "Installing svs into $venv ..." >&2
    "$python" -m venv "$venv" >&2
    # setuptools first, with its hash: it builds the few packages that come as source, and svs itself.
    sed -n '/^setuptools==/,/[^\\]$/p' "$lock" >"$venv/setuptools.lock"
    install --require-hashes --requirement "$venv/setuptools.lock"
    install --require-hashes --no-build-isolation --requirement "$lock"
    install --no-build-isolation --no-deps --editable .
    touch "$stamp"
fi
PATH=$(cd "$venv/bin" && pwd):$PATH
