"""Help for tests; nothing that is deployed imports it."""
