"""Use cases of claims: load, decide, save, record."""
