"""Totals as they change, sent to any number of readers."""
