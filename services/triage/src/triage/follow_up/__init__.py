"""What followed an inspection: support that was completed, reviews of progress, and the days of decisions."""
