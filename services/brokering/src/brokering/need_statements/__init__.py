"""What schools and their responsible bodies say that they need: on record whatever anybody proposes."""
