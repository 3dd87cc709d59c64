"""The rules of the evidence; nothing here but the standard library."""
