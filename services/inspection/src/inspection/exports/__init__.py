"""Workbooks of the schools of a trust or a local authority."""
