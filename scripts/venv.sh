# Sourced by the other scripts: makes the project's own virtual environment, once, and brings it up to date.
# Expects: extras, such as [dev] or nothing; the project's root as the current folder.
venv=${SVS_VENV:-.venv}
python=$(command -v python3 || command -v python) || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; this is $("$python" --version)." >&2
    exit 1
}
stamp=$venv/.installed-$(printf '%s' "$extras" | tr -c 'a-z\n' '-')
if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
    echo "Installing svs into $venv ..." >&2
    "$python" -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".$extras" >&2
    touch "$stamp"
fi
PATH=$(cd "$venv/bin" && pwd):$PATH
