"""`python -m improve` is `improve`."""

from improve.cli import main

main()
