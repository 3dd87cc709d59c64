"""Official files: read, checked row by row, and loaded in one transaction."""
