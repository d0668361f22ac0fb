"""Payees and their bank accounts: entered by one person, confirmed by another, sealed, and never shown in full."""
