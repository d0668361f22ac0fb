"""Proposals of recoveries and budgets, and their confirmation by a second person."""
