"""Exports to the national query network, its receipts, and which certificates it does not find."""
