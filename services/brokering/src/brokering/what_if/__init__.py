"""What if every need were given so many days? Solved as a round is, and nothing proposed."""
