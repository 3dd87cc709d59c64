"""Decisions of regional directors. A proposal never changes one; a later decision supersedes it."""
