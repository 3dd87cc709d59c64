"""Needs of support: from triage's feed, or by hand."""
