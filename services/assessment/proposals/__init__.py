"""Proposals of corrections and revocations, and their confirmation by a second person."""
