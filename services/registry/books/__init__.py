"""What the registry tells of its own tables, so that totals of trainings can be proved to equal them."""
