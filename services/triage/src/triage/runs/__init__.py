"""Runs: one version of a scheme over all schools held, or a part of them."""
