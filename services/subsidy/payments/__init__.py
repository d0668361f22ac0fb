"""Payments of approved claims."""
