"""Visits of support episodes."""
