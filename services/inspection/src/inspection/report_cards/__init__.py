"""The card of a school, ready to read."""
