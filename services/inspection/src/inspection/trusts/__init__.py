"""Trusts and their schools."""
