"""Published counts of grades."""
