"""From bytes to rows of cells: encodings, damage, headers. Knows nothing of what the columns mean."""
