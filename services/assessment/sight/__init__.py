"""Who sees which sessions, candidates and certificates."""
