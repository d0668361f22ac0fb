"""Names on the lists of public claims for certificates: whose they are is told here while the claims are public."""
