"""Marks of presence, the hours that they count, and edits of single days."""
