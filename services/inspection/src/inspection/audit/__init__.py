"""Who changed what, when, and from what."""
