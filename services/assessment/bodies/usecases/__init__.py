"""Use cases of this topic: load, decide, save, record."""
