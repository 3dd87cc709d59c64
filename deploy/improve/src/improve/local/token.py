"""`python -m improve.local.token`: print one access token and nothing else, whether or not the platform runs."""

import argparse
import sys
from collections.abc import Sequence

from improve.errors import CommandError
from improve.local.home import Home
from improve.local.keys import mint
from improve.local.roles import registry


def token_for(role: str, org: str | None = None, regions: str | None = None) -> str:
    """A token for a role; `regions` is a list separated by commas."""
    names = [part.strip() for part in (regions or "").split(",") if part.strip()]
    return mint(Home.find(), registry().claims(role, org or None, names))


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, print the token, and return the exit status: 2 for what cannot be asked for."""
    parser = argparse.ArgumentParser(prog="make token", description=__doc__)
    parser.add_argument("--role", required=True, help=", ".join(registry().names))
    parser.add_argument("--org", help="trust:<uid>, la:<code>, school:<urn>, partner:<id> or leader:<id>")
    parser.add_argument("--regions", help="separated by commas")
    options = parser.parse_args(arguments)
    try:
        print(token_for(options.role, options.org, options.regions))
    except CommandError as error:
        print(f"token: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
