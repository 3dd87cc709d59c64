"""Improvement tiers with reasons, eligibility, and regional directors' decisions."""
