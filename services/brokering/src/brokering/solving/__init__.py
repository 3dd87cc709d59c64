"""The job of a matching round: read, solve, explain, and store in one transaction."""
