"""Four services, each with its own database; they tell each other what happened through facts and never call."""
