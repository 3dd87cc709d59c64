"""The register of schools and trusts, their inspections and report cards."""
