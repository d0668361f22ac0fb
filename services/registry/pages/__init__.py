"""The page for clerks."""
