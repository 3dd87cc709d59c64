"""Other services, each behind a small protocol."""
