"""What this service takes from the feeds of inspection and triage."""
