"""Use cases of payment batches."""
