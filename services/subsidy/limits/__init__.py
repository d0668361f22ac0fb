"""Limits of claims as dated rows: how long and how often to claim, and in what time it is decided."""
