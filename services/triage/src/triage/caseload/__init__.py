"""The caseload: what waits for a decision, and how far each case has come."""
