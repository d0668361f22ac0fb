"""Metrics over HTTP: totals, progress, a stream of changes. Nothing is about a person, so no token is asked for."""
