"""Pages for clerks and for the public."""
