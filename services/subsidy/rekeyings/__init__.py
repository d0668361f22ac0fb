"""Committed and paid lines whose training turned out to be another human's: what is owed, as a list for finance."""
