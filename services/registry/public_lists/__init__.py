"""Names on the lists of public claims for trainings: who was trained is told here, as long as the claims are public."""
