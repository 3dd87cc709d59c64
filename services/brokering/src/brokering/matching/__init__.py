"""What matching reads: needs and leaders as they stand, put into the domain's values."""
