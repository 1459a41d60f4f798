# Sourced by the other scripts: makes the project's own virtual environment, once, and brings it up to date.
# Expects: lock, the file of the exact versions and hashes to install; the project's root as the current folder.
venv=${SVS_VENV:-.venv}
python=$(command -v python3 || command -v python) || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; this is $("$python" --version)." >&2
    exit 1
}
# Runs a command that is silent for long, and says on a terminal how far it is; what it prints is shown if it fails.
log=$(mktemp)
shown() {
    "$@" >"$log" 2>&1 &
    pid=$!
    trap 'kill "$pid"; exit 130' INT TERM
    seconds=0
    while kill -0 "$pid" 2>/dev/null; do
        if [ -t 2 ]; then
            step=$(sed -n -e 's/^ *Installing collected packages.*/Unpacking the packages/p' \
                -e 's/^ *\(Collecting\|Downloading\|Building\) *\([^ =<>]*\).*/\1 \2/p' "$log" | tail -n 1)
            printf '\r\033[K%3d s  %.60s' "$seconds" "$step" >&2
        fi
        sleep 1
        seconds=$((seconds + 1))
    done
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    trap - INT TERM
    wait "$pid" || { cat "$log" >&2; exit 1; }
}
install() { shown "$venv/bin/python" -m pip install --disable-pip-version-check "$@"; }
stamp=$venv/.installed-$lock
if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ "$lock" -nt "$stamp" ]; then
    echo "Installing svs into $venv ..." >&2
    shown "$python" -m venv "$venv"
    # setuptools first, with its hash: it builds the few packages that come as source, and svs itself.
    sed -n '/^setuptools==/,/[^\\]$/p' "$lock" >"$venv/setuptools.lock"
    install --require-hashes --requirement "$venv/setuptools.lock"
    install --require-hashes --no-build-isolation --requirement "$lock"
    install --no-build-isolation --no-deps --editable .
    touch "$stamp"
fi
rm -f "$log"
PATH=$(cd "$venv/bin" && pwd):$PATH
