"""Proposals of corrections, revocations, territories and closings, and their confirmation by a second person."""
