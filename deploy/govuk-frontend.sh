#!/usr/bin/env bash
# Fetches the prebuilt files of govuk-frontend and makes of them what the inspection service serves; run it by hand to
# take another version: deploy/govuk-frontend.sh 6.3.0 (needs npm). The crown and the GDS Transport font are not for
# services outside GOV.UK: the rules that load them are taken out, and the reader's own sans-serif takes their place.
set -euo pipefail

version=${1:?which version, such as 6.3.0}
static=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/services/inspection/src/inspection/pages/static
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

(cd "$scratch" && npm pack --silent "govuk-frontend@$version" >/dev/null && tar -xzf govuk-frontend-*.tgz)
built="$scratch/package/dist/govuk"

fonts='system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans","Liberation Sans",sans-serif'
rm -f "$static"/govuk-frontend-*.min.css "$static"/govuk-frontend-*.min.js
{
    echo "/* govuk-frontend $version, MIT licence (LICENSE-govuk-frontend.txt); changed by deploy/govuk-frontend.sh */"
    sed -E -e 's/@font-face\{[^}]*\}//g' -e "s/GDS Transport,arial,sans-serif/$fonts/g" \
        -e 's#(-webkit-)?(background|mask)-image:url\(/assets/[^)]*\);?##g' -e 's#^@charset "UTF-8";##' -e '/sourceMappingURL/d' \
        "$built/govuk-frontend.min.css"
} >"$static/govuk-frontend-$version.min.css"
{
    echo "/* govuk-frontend $version, MIT licence (LICENSE-govuk-frontend.txt) */"
    sed -e 's#//. sourceMappingURL=.*##' "$built/govuk-frontend.min.js"
} >"$static/govuk-frontend-$version.min.js"

if grep -nE 'url\(|GDS Transport' "$static/govuk-frontend-$version.min.css" >/dev/null; then
    echo "govuk-frontend: the stylesheet still loads something" >&2
    exit 1
fi
