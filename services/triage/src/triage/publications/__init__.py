"""Decisions as the public reads them."""
