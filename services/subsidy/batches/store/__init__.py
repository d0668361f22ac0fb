"""Payment batches in the database."""
