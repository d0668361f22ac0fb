"""Tables of what was heard."""
