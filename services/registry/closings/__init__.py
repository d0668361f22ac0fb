"""Institutions are closed, merged and succeeded, by two officers; and the way back."""
