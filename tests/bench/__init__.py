"""Speeds as ratios against a raw limit measured in the same run: `make bench`. Figures are printed, never asserted."""
