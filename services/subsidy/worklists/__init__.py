"""Reviewers' work: what waits for whom, clean claims passed together, notes, delegations, samples of decisions."""
