"""Pupils recorded for free meals, by where they go to school and how it was judged."""
