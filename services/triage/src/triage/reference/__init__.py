"""The codes of this service with their labels."""
