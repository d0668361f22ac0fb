"""Classes: their state, their history, and who may see them."""
