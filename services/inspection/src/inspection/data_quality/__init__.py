"""What is doubtful about the data, by rule."""
