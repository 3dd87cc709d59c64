"""Support episodes: what was approved, its deployments, and its days."""
