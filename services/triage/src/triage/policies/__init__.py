"""The schemes as versioned documents: read from the package, stored once, immutable from then on."""
