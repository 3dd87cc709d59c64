"""Matching schools to system leaders, and the support that follows."""
