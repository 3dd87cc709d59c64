"""Assessments as they are read: the current ones, those of a date, the history of a school."""
