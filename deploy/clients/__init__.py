"""Clients generated from docs/api and compiled, so that the descriptions stay usable by others."""
