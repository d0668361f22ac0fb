"""Pages for those who work with claims."""
