"""Closings: a body ends or is taken over by another, as two officers decide, and the way back."""
