"""Local authorities and regions."""
