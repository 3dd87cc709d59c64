"""Who gets what out of a round."""
