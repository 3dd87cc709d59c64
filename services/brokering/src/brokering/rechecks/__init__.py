"""Designations that are looked at again since an inspection of the leader's own school or trust."""
