"""Totals held against the books: what the owners tell of their own tables, and where the two differ."""
