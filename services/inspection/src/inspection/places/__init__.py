"""Where a postcode is, by the schools that have it."""
