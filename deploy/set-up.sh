#!/usr/bin/env bash
# Makes the virtual environment: VENV (its folder) and PACKAGES (folders to install in place) come from the Makefile.
set -euo pipefail

export HOME="${HOME:-/nonexistent}" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
[ -w "$HOME" ] || export PIP_NO_CACHE_DIR=1

fits='import sys, venv, ensurepip; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

# two targets started at once take turns
if command -v flock >/dev/null; then exec 9<. && flock 9; fi

find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3 python; do
        # a name on PATH may be a stand-in that only says the version is not there, so each is tried
        if command -v "$name" >/dev/null && "$name" -c "$fits" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "set-up: no Python 3.11, 3.12 or 3.13 with venv on PATH (on Debian: apt-get install python3 python3-venv)" >&2
    return 1
}

if ! { [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c "$fits" 2>/dev/null; }; then
    python=$(find_python)
    echo "set-up: making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
fi

echo "set-up: installing requirements.lock"
"$VENV/bin/python" -m pip install --quiet --require-hashes -r requirements.lock

editable=()
for package in $PACKAGES; do editable+=(-e "./$package"); done
"$VENV/bin/python" -m pip install --quiet --no-deps --no-build-isolation "${editable[@]}"
echo "set-up: done"
