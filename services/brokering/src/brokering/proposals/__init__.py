"""Proposed matches."""
