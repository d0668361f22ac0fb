"""Metrics over HTTP: totals, progress, a stream of changes. Nothing here is about a person, so no token is asked for."""
