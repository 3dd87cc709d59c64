"""The rules of brokering: pure values and functions over the standard library."""
