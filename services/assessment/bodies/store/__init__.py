"""Tables and statements of this topic."""
