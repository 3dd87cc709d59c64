"""The pages people read: documents of the other modules, rendered; no rule and no SQL of its own."""
