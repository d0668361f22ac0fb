"""Dated entries: records that hold from a day to a day, with who opened and who ended them, and the way back."""
