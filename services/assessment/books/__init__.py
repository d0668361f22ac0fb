"""What assessment tells of its own tables, so that totals of certificates can be proved to equal them."""
