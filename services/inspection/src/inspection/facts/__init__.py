"""Everything triage needs on a school, in bulk."""
