"""How old what is held is, by source."""
