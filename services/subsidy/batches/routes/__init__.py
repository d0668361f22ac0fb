"""Payment batches over HTTP."""
