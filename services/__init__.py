"""Four services, each with its own database. They inform each other through facts and never call each other."""
