"""What the subsidy tells of its own tables, so that totals of money can be proved to equal them."""
