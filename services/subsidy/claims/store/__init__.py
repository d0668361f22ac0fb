"""Tables of claims and their lines."""
