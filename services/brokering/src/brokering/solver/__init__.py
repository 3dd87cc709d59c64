"""Pairs in bulk and the optimal assignment over them."""
