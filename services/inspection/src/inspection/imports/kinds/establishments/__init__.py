"""The register of establishments as it is downloaded (`gias-establishments`)."""
