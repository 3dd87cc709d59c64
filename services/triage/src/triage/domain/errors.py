"""Errors of the domain: impossible states only."""


class PolicyInvalid(ValueError):
    """A policy document that cannot be run."""

    def __init__(self, scheme: str, why: str) -> None:
        super().__init__(f"policy {scheme}: {why}")


class NoVersionInForce(LookupError):
    """No version of the scheme is in force on the date asked for."""
