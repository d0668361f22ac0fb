"""Totals as they are asked for: by dimensions, kept ready as answers, streamed as they change."""
