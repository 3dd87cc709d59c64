"""Inspections as they were published."""
