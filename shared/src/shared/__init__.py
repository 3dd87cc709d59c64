"""Plumbing that the three services have in common; it knows nothing of schools."""
