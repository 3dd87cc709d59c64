"""Long work as a resource that survives the death of the process that runs it."""
