"""Two subsidies of one human that only one could have: found when two persons are merged."""
