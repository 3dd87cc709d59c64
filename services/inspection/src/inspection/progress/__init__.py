"""Pupil progress that schools and trusts supply by term."""
