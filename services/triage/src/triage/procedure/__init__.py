"""From proposal to decision: the procedure and the school holidays as versioned data."""
