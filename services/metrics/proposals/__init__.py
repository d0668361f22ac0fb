"""Proposals of targets and figures, and their confirmation by a second person."""
