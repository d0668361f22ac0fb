"""Totals held against the plan's targets."""
