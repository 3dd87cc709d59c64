"""The codes of the API with their labels."""
