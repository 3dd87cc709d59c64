"""What is known of each kind of file: how its rows read, and how they are merged into the register."""
