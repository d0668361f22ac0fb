"""Budgets: the amount that a reporting region may spend from a fund source on the trainings of a year."""
