"""Notices: who is told what is intended, in which order, and until when they may speak."""
