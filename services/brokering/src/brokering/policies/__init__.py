"""Versions of the matching policy: data in the package, published as they are."""
