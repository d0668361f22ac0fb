"""Proposals of recoveries, budgets and accounts of payees, and their confirmation by a second person."""
