"""Publication of inspections, and corrections of what was published."""
