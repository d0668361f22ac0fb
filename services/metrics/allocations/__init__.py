"""What was allocated: the budgets as they were told last, summed by region, fund source, department and year."""
