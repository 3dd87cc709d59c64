"""Two rounds side by side: what changes hands."""
