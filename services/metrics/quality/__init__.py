"""The five quality rates, from the sums that the registry told; small groups are hidden, also by difference."""
