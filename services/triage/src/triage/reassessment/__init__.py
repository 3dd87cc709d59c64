"""Assesses again, by itself, what a change of facts, of the policy in force or of the day touches."""
