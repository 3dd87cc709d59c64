"""Tasks: what is due of whom."""
