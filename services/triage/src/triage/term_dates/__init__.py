"""Term dates of local authorities, as they published them."""
