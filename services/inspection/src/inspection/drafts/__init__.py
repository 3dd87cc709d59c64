"""Inspections being written: seen and changed by the inspectorate alone, until they are published."""
