"""Recoveries: money that was paid and comes back, in whole lines."""
