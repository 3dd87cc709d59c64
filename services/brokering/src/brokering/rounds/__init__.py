"""Rounds of matching: the best assignment over all open needs at once, with its proof."""
