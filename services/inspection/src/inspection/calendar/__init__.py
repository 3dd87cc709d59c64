"""What is published for a later day, and the day on which it is first to be seen."""
