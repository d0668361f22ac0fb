"""Totals worked out, and kept ready."""
