"""Control totals of an owner's tables, told as facts, so that totals elsewhere can be proved to equal them."""
