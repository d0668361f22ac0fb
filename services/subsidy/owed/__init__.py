"""Paid lines that are owed back, because what they rest on fell away: a list for finance, with evidence."""
