"""Rules of payment batches."""
