#!/usr/bin/env bash
# Puts Debian's Chromium in place for the browser tests, where that needs nothing but apt and the right to use it, and
# prints its path. Fails with one line that says why.
set -euo pipefail

if path=$(command -v chromium || command -v chromium-browser); then
    echo "$path"
    exit
fi
if ! command -v apt-get >/dev/null; then
    echo "it is not installed, and there is no apt-get to install it with" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "it is not installed, and only root may install it (on Debian: apt-get install chromium)" >&2
    exit 1
fi

# two test processes started at once take turns
if command -v flock >/dev/null; then exec 9<"${BASH_SOURCE[0]}" && flock 9; fi
log=$(mktemp)
trap 'rm "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! command -v chromium >/dev/null &&
    ! { apt-get update && apt-get install -y --no-install-recommends chromium fonts-liberation; } >"$log" 2>&1; then
    echo "apt-get could not install it: $(grep -m1 '^E:' "$log" || tail -n1 "$log")" >&2
    exit 1
fi
command -v chromium
