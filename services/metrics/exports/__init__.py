"""Totals as files, with a dictionary of their columns."""
