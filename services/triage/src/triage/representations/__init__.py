"""What the parties say to a notice."""
