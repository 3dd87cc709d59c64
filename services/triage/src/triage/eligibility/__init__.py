"""Eligibility for programmes of support: reckoned on request, and cases admitted outside the criteria."""
