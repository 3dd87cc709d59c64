"""The whole platform on one machine: PostgreSQL, three services, their workers, and a token issuer."""
