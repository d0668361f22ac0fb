"""Who falls behind the plan: raised, continued and ended once a day, and told as facts."""
